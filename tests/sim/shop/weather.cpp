#include "sim/shop/weather.hpp"

#include <algorithm>

namespace bookstore::shopsim {
namespace {

using base::Duration;
using base::milliseconds;
using sim::one_in;
using sim::pick;
using sim::sometimes;
using sim::Span;
using std::chrono::microseconds;

cluster::Config draw_config(base::Random& random) {
    cluster::Config config;
    auto& timings = config.timings;
    timings.election = pick(random, {milliseconds(100), milliseconds(150), milliseconds(300)});
    timings.peer_heartbeat = timings.election / 5;
    timings.lease =
        pick(random, {milliseconds(60), milliseconds(200), milliseconds(400), milliseconds(1'000)});
    timings.lease_renewal = timings.lease / 4;
    timings.drift_margin = pick(random, {milliseconds(10), milliseconds(20), milliseconds(40)});
    config.health.interval = pick(random, {milliseconds(100), milliseconds(400)});
    config.health.timeout = config.health.interval / 2;
    config.health.fall = pick(random, {1u, 2u});
    config.http.request_time = milliseconds(1'500);
    config.drain_time = milliseconds(800);
    config.sale_retention = one_in(random, 3) ? base::seconds(2) : base::seconds(86'400);
    config.cache_entries_max = pick<std::size_t>(random, {3, 100'000});
    config.cache_bytes_max = pick<std::size_t>(random, {16'000, 64u << 20});
    if (one_in(random, 2)) {
        config.storage.log_keep_bytes = pick<std::size_t>(random, {256, 4'096});
        config.storage.snapshot_piece_bytes = pick<std::size_t>(random, {64, 1'024, 256u << 10});
        config.storage.checkpoint_bytes = pick<std::size_t>(random, {256, 2'048});
    }
    return config;
}

/// Of two clocks one may be so much too fast and the other too slow: then a lease with its margin, as one
/// counts it, still is not shorter than the lease as the other counts it.
int drift_allowed(const cluster::Timings& timings) {
    const auto longest = std::max(timings.lease, timings.election);
    const auto margin = timings.drift_margin;
    return static_cast<int>(margin * 900'000 / (2 * longest + margin));
}

/// What random weather brings together too seldom: frontends that learn late that they have a lease, and then
/// hear nothing more, while all else goes fast.
void set_hard_of_hearing(Weather& w) {
    w.calm();
    w.catalogs = 1;
    w.frontends = std::max(w.frontends, 2u);
    w.config.timings.lease = milliseconds(400);
    w.config.timings.lease_renewal = milliseconds(40);
    w.config.timings.drift_margin = milliseconds(10);
    w.drift_ppm = 0;
    w.delay = w.disk = {microseconds(100), milliseconds(1)};
    w.think = {milliseconds(0), milliseconds(5)};
    w.deafness = 2 * w.config.timings.lease;
}

/// Frontends that have to register again and again, each time while some write is long under way.
void set_coming_and_going(Weather& w) {
    w.calm();
    w.catalogs = 3;
    w.frontends = std::max(w.frontends, 2u);
    w.config.timings.lease = milliseconds(60);
    w.config.timings.lease_renewal = milliseconds(15);
    w.config.timings.drift_margin = milliseconds(10);
    w.drift_ppm = 0;
    w.delay = {microseconds(100), milliseconds(1)};
    w.disk = {milliseconds(5), milliseconds(40)};
    w.think = {milliseconds(0), milliseconds(5)};
    w.deafness = w.config.timings.lease;
}

} // namespace

Weather Weather::draw(base::Random& random) {
    Weather w;
    w.catalogs = pick(random, {1u, 2u, 3u, 3u, 3u});
    w.orders = pick(random, {1u, 2u, 3u, 3u});
    w.frontends = pick(random, {1u, 2u, 2u, 3u});
    w.clients = pick(random, {3u, 5u, 7u});
    w.config = draw_config(random);
    w.drift_ppm = one_in(random, 2) ? drift_allowed(w.config.timings) : 0;

    w.delay = pick<Span>(random, {{microseconds(100), milliseconds(1)},
                                  {microseconds(500), milliseconds(10)},
                                  {milliseconds(1), milliseconds(60)},
                                  {microseconds(500), milliseconds(300)}});
    w.loss = pick<std::uint64_t>(random, {0, 0, 2'000, 300});
    w.dead_time = pick(random, {milliseconds(300), milliseconds(1'000), milliseconds(3'000)});
    w.disk = pick<Span>(random, {{microseconds(100), milliseconds(1)},
                                 {microseconds(500), milliseconds(8)},
                                 {milliseconds(1), milliseconds(40)}});
    w.down =
        pick<Span>(random, {{milliseconds(5), milliseconds(100)}, {milliseconds(20), milliseconds(1'500)}});
    w.pause =
        pick<Span>(random, {{milliseconds(5), milliseconds(150)}, {milliseconds(50), milliseconds(2'500)}});
    w.stall = {milliseconds(50), milliseconds(1'200)};

    w.kills = sometimes(random, milliseconds(200), milliseconds(1'500));
    w.power_cuts = sometimes(random, milliseconds(300), milliseconds(2'000));
    w.blackouts = one_in(random, 4) ? milliseconds(2'000) : milliseconds(0);
    w.stops = sometimes(random, milliseconds(400), milliseconds(2'000));
    w.coups = sometimes(random, milliseconds(300), milliseconds(2'000));
    w.pauses = sometimes(random, milliseconds(150), milliseconds(1'000));
    w.partitions = sometimes(random, milliseconds(200), milliseconds(1'200));
    w.resets = sometimes(random, milliseconds(100), milliseconds(1'000));
    w.stalls = sometimes(random, milliseconds(300), milliseconds(1'500));
    w.slow_disks = sometimes(random, milliseconds(300), milliseconds(1'500));
    w.bad_disks = one_in(random, 3) ? milliseconds(1'500) : milliseconds(0);
    w.clock_jumps = sometimes(random, milliseconds(300), milliseconds(2'000));
    w.lost_disks = one_in(random, 3) ? milliseconds(600) : milliseconds(0);

    w.think = pick<Span>(random, {{milliseconds(0), milliseconds(5)}, {milliseconds(1), milliseconds(80)}});
    w.patience = pick(random, {milliseconds(300), milliseconds(900), milliseconds(1'700)});
    if (one_in(random, 5))
        set_hard_of_hearing(w);
    else if (one_in(random, 6))
        set_coming_and_going(w);
    w.forgetful = w.config.sale_retention < base::seconds(60);
    w.tries_max = pick(random, {1u, 3u, 6u});
    return w;
}

void Weather::calm() {
    delay = {microseconds(200), milliseconds(2)};
    disk = {microseconds(200), milliseconds(2)};
    loss = 0;
    kills = power_cuts = blackouts = stops = coups = pauses = deafness = partitions = {};
    resets = stalls = slow_disks = bad_disks = clock_jumps = lost_disks = {};
}

} // namespace bookstore::shopsim
