// A disk that is nearly full. Writes are refused while there is still room for what has been begun; a leader
// hands over to who has more. Reads go on: they write nothing.
#include "replication/engine.hpp"

namespace bookstore::replication {
namespace {

/// A hand-over ends the leases for an election time-out, so when nobody has room it is not tried too often.
constexpr base::Duration hand_over_interval = base::seconds(5);

} // namespace

void Engine::Impl::tend_space() {
    const auto now = env.scheduler.now();
    if (space->room() == SpaceWatch::Room::enough) {
        hand_over_tried = false;
        return;
    }
    if (!leading() || now < next_hand_over_at) return;
    if (!batcher.idle()) return; // what was accepted comes first
    next_hand_over_at = now + hand_over_interval;
    hand_over_tried = true;
    const auto next =
        next_in_turn(); // nobody says how much room there is, but who has none does not take over
    if (next != consensus::nobody) core.give(consensus::TransferAsked{next});
}

} // namespace bookstore::replication
