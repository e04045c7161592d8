#include "consensus/joining.hpp"

#include <algorithm>

#include "consensus/replication.hpp"

namespace bookstore::consensus {
namespace {

constexpr std::ptrdiff_t guests_max = 16;

} // namespace

void ask_to_join(Core& core) {
    core.deadline = core.now + election_wait(core);
    send(core, nobody, core.hard.term, JoinRequest{});
}

void on_join_request(Core& core, NodeId from) {
    if (!core.leadership || core.leadership->find(from)) return;
    auto& members = core.leadership->members;
    if (std::count_if(members.begin(), members.end(), [](const auto& m) { return m.guest; }) >= guests_max)
        return;
    Progress guest{.node = from, .voter = false, .guest = true};
    guest.next = core.log.last_index() + 1;
    guest.welcomed = core.now;
    members.push_back(std::move(guest));
    send_heartbeat(core, members.back());
}

} // namespace bookstore::consensus
