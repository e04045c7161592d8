#include "sim/raft/season.hpp"

namespace bookstore::sim {
namespace {

using base::milliseconds;
using std::chrono::microseconds;

void falling_leaders(Weather& weather, base::Random& random) {
    weather.append_bytes_max = weather.appends_in_flight_max = 1; // little of a leader's log is on the others
    weather.delay = {milliseconds(2), milliseconds(40)};
    weather.proposals = pick<Every>(random, {milliseconds(2), milliseconds(8)});
    weather.coups = milliseconds(20) + milliseconds(random.below(100));
    weather.short_reigns = 2;
    weather.partitions = weather.stalls = weather.pauses = {};
    weather.down = {milliseconds(20), milliseconds(400)};
}

void crashes_and_quick_restarts(Weather& weather, base::Random& random) {
    weather.crashes = milliseconds(10) + milliseconds(random.below(60));
    weather.down = {milliseconds(1), milliseconds(10)};
    weather.partitions = milliseconds(100);
    weather.loss = 0;
    weather.pauses = weather.stalls = weather.transfers = {};
}

void forgotten_leaders(Weather& weather, base::Random& random) {
    crashes_and_quick_restarts(weather, random);
    weather.delay = {microseconds(200), milliseconds(2)};
    weather.disk = {microseconds(100), milliseconds(1)};
    weather.heartbeat_interval = milliseconds(45);
    weather.proposals = milliseconds(500); // the log of one that is cut off stays good enough to win
    weather.coups = {};
}

void forgotten_votes(Weather& weather, base::Random& random) {
    crashes_and_quick_restarts(weather, random);
    weather.delay = {milliseconds(1), milliseconds(300)};
    weather.disk = {milliseconds(5), milliseconds(150)};
    weather.coups = milliseconds(200);
    weather.transfers = milliseconds(40); // two may stand in one term at the wish of one leader
}

void late_messages(Weather& weather, base::Random& random) {
    weather.delay = {milliseconds(1), pick(random, {milliseconds(200), milliseconds(400)})};
    weather.in_order = true; // one late message makes all behind it late
    weather.heartbeat_interval = milliseconds(10);
    weather.disk = {microseconds(100), milliseconds(1)};
    weather.proposals = milliseconds(50);
    weather.transfers = milliseconds(250);
    weather.coups = milliseconds(250);
    weather.loss = 0;
    weather.partitions = weather.crashes = weather.pauses = weather.stalls = {};
}

void rival_changes(Weather& weather, base::Random& random) {
    weather.change_members(random);
    weather.changes = milliseconds(4) + milliseconds(random.below(20));
    weather.wipes = {};
    weather.delay = {milliseconds(1), milliseconds(10)};
    weather.disk = {microseconds(100), milliseconds(2)};
    weather.proposals = milliseconds(20);
    weather.coups = milliseconds(60) + milliseconds(random.below(100));
    weather.short_reigns = 2;
    weather.loss = 0;
    weather.down = {milliseconds(20), milliseconds(200)};
    weather.pauses = weather.stalls = {};
}

} // namespace

Season any_season(base::Random& random) {
    using enum Season;
    return pick(random, {mixed, mixed, mixed, mixed, falling_leaders, falling_leaders, forgotten_leaders,
                         forgotten_votes, late_messages, rival_changes});
}

void set_in(Weather& weather, Season season, base::Random& random) {
    switch (season) {
    case Season::mixed:
        return;
    case Season::falling_leaders:
        return falling_leaders(weather, random);
    case Season::forgotten_leaders:
        return forgotten_leaders(weather, random);
    case Season::forgotten_votes:
        return forgotten_votes(weather, random);
    case Season::late_messages:
        return late_messages(weather, random);
    case Season::rival_changes:
        return rival_changes(weather, random);
    }
}

} // namespace bookstore::sim
