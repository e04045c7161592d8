#include "sim/raft/weather.hpp"

namespace bookstore::sim {
namespace {

using base::milliseconds;
using std::chrono::microseconds;

} // namespace

Weather Weather::draw(base::Random& random, std::optional<int> voters) {
    Weather w;
    w.voters = voters.value_or(pick(random, {1, 2, 3, 3, 3, 3, 4, 5, 5, 5}));
    w.reluctant = w.voters > 1 && one_in(random, 3);
    w.newcomers = one_in(random, 4) ? 1 : 0;
    w.heartbeat_interval = pick(random, {milliseconds(10), milliseconds(20), milliseconds(45)});
    w.append_bytes_max = pick<std::size_t>(random, {1, 1, 30, 100, 1'000});
    w.appends_in_flight_max = pick<std::size_t>(random, {1, 2, 4});

    w.delay = pick<Span>(random, {{microseconds(200), milliseconds(2)},
                                  {milliseconds(1), milliseconds(20)},
                                  {milliseconds(1), milliseconds(60)},
                                  {milliseconds(1), milliseconds(400)}});
    w.in_order = one_in(random, 2);
    w.through_codec = one_in(random, 8);
    w.loss = pick<std::uint64_t>(random, {0, 0, 100, 20, 5});
    w.duplicate = pick<std::uint64_t>(random, {0, 0, 20, 5});
    w.disk = pick<Span>(random, {{microseconds(100), milliseconds(1)},
                                 {milliseconds(1), milliseconds(10)},
                                 {milliseconds(1), milliseconds(80)}});
    w.stall = {milliseconds(50), milliseconds(1'000)};
    w.down = pick<Span>(random, {{milliseconds(1), milliseconds(20)},
                                 {milliseconds(2), milliseconds(200)},
                                 {milliseconds(10), milliseconds(1'000)}});
    w.drift_ppm = pick(random, {0, 200, 40'000, 40'000});

    w.proposals = pick<Every>(random, {milliseconds(2), milliseconds(5), milliseconds(20)});
    w.reads = milliseconds(25);
    w.partitions = sometimes(random, milliseconds(60), milliseconds(600));
    w.crashes = sometimes(random, milliseconds(100), milliseconds(1'000));
    w.coups = sometimes(random, milliseconds(40), milliseconds(400));
    w.pauses = sometimes(random, milliseconds(100), milliseconds(1'000));
    w.stalls = sometimes(random, milliseconds(100), milliseconds(1'000));
    w.transfers = sometimes(random, milliseconds(80), milliseconds(1'000));
    w.compactions = sometimes(random, milliseconds(20), milliseconds(300));
    w.lost_connections = sometimes(random, milliseconds(100), milliseconds(1'000));
    w.compaction_tail = pick(random, {0, 0, 3, 20});
    w.dead = one_in(random, 2) ? (w.voters - 1) / 2 : 0;
    if (one_in(random, 3)) w.change_members(random);
    return w;
}

/// Nobody is dead for good then: the voters that are left may all be needed.
void Weather::change_members(base::Random& random) {
    changes = pick<Every>(random, {milliseconds(10), milliseconds(40), milliseconds(200)});
    wipes = one_in(random, 2) ? milliseconds(500) : Every{};
    newcomers = static_cast<int>(random.below(3));
    dead = 0;
}

void Weather::calm() {
    delay = {milliseconds(1), milliseconds(5)};
    loss = duplicate = short_reigns = 0;
    disk = {microseconds(500), milliseconds(5)};
    proposals = milliseconds(1);
    partitions = crashes = coups = pauses = stalls = transfers = lost_connections = changes = wipes = {};
}

} // namespace bookstore::sim
