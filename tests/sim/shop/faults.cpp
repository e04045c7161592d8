// What befalls a shop.
#include "sim/shop/world.hpp"

namespace bookstore::shopsim {

using base::milliseconds;

/// `every` is read again each time: calm sets it to zero, and the repetition ends.
void World::repeat(const base::Duration& every, void (World::*happens)()) {
    if (every == base::Duration{}) return;
    const auto wait = base::Duration(random_.below(2 * static_cast<std::uint64_t>(every.count())));
    schedule_.after(wait, [this, &every, happens] {
        if (every == base::Duration{}) return;
        (this->*happens)();
        repeat(every, happens);
    });
}

/// Unless all is calm by then.
void World::later(base::Duration delay, std::function<void()> action) {
    schedule_.after(delay, [this, action = std::move(action)] {
        if (!calm_) action();
    });
}

/// Unless the host has another process by then, or all is calm.
void World::in_life_of(Host& host, base::Duration delay, std::function<void()> action) {
    later(delay, [&host, life = host.life(), action = std::move(action)] {
        if (host.life() == life) action();
    });
}

void World::restart_later(Host& host) {
    in_life_of(host, sim::draw(random_, weather_.down), [this, &host] { start(host); });
}

void World::start(Host& host) {
    trace(host.name() + " starts");
    audit_.examine(host.disk);
    host.start();
}

void World::crash(Host& host, bool power) {
    if (!host.running()) return;
    trace(host.name() + (power ? " loses its power" : " is killed"));
    host.crash(power);
    restart_later(host);
}

void World::kill() {
    crash(any(), false);
}

void World::cut_power() {
    crash(any(), true);
}

void World::black_out() {
    for (const auto& host : hosts_)
        crash(*host, true);
}

void World::stop() {
    Host& host = any();
    if (!host.running()) return;
    trace(host.name() + " is asked to stop");
    host.stop();
    // It is down when it has drained; systemd kills it when that takes too long.
    const auto patience = weather_.config.drain_time + sim::draw(random_, weather_.down);
    later(patience, [this, &host, life = host.life()] {
        if (host.life() > life + 1) return;
        if (host.life() == life) host.crash(false);
        start(host);
    });
}

void World::coup() {
    Host& host = leader_or_any();
    switch (random_.below(5)) {
    case 0:
        return crash(host, lot(2));
    case 1:
        return isolate(host);
    case 2:
        trace("the disk of " + host.name() + " is stuck");
        return host.disk.stall(sim::draw(random_, weather_.stall));
    default:
        return pause(host);
    }
}

void World::pause() {
    pause(any());
}

void World::pause(Host& host) {
    if (!host.running()) return;
    const auto duration = sim::draw(random_, weather_.pause);
    trace(host.name() + " is paused");
    host.process()->loop.pause_after(lot(2) ? 0 : static_cast<unsigned>(1 + random_.below(40)));
    in_life_of(host, duration, [this, &host] {
        trace(host.name() + " goes on");
        host.process()->loop.resume(lot(2));
    });
}

void World::go_deaf() {
    const auto leader = leaders_.find(Role::catalog);
    if (leader == leaders_.end()) return;
    const HostId from = addresses_.at(leader->second);
    const HostId to = market_->frontends.at(random_.below(market_->frontends.size()));
    const auto lease = weather_.config.timings.lease;
    const auto late = sim::draw(random_, {lease / 8, lease / 3});
    const bool mute = lot(2); // asks for no further lease: what it holds then is what it was granted late
    trace(hosts_[to]->name() + " hears the catalog's leader late, and then not at all" +
          (mute ? "; it is not heard either" : ""));
    network_.slow_down(from, to, late);
    if (mute) later(2 * late, [this, from, to] { network_.cut(to, from); });
    later((mute ? 3 : 2) * late + milliseconds(2), [this, from, to] { network_.cut(from, to); });
    later(3 * late + 2 * lease, [this, from, to] {
        network_.slow_down(from, to, {});
        network_.mend(from, to);
        network_.mend(to, from);
    });
}

void World::partition() {
    switch (random_.below(4)) {
    case 0:
        trace("the network is whole again");
        return network_.heal();
    case 1:
        return isolate(any());
    case 2:
        return isolate(leader_or_any());
    default:
        break;
    }
    // One link only: often between a frontend and the leader.
    const Host& one = leader_or_any();
    const Host& other = lot(2) ? any() : *hosts_.back();
    if (one.id() == other.id()) return;
    trace(one.name() + " and " + other.name() + " are cut off from each other");
    network_.cut(one.id(), other.id());
    if (!lot(3)) network_.cut(other.id(), one.id());
}

/// All its links fail, or some, in one direction or both.
void World::isolate(const Host& host) {
    const bool whole = lot(2);
    const bool deaf = !lot(3);
    const bool mute = !deaf || !lot(3);
    trace(host.name() + (deaf ? " is deaf" : "") + (mute ? " is mute" : "") + (whole ? "" : " to some"));
    for (const auto& other : hosts_) {
        if (other->id() == host.id() || (!whole && lot(2))) continue;
        if (deaf) network_.cut(other->id(), host.id());
        if (mute) network_.cut(host.id(), other->id());
    }
}

void World::reset_streams() {
    const Host& host = any();
    trace("streams of " + host.name() + " are reset");
    network_.reset_streams_of(host.id());
}

void World::stall_disk() {
    Host& host = any();
    trace("the disk of " + host.name() + " is stuck");
    host.disk.stall(sim::draw(random_, weather_.stall));
}

void World::slow_disk() {
    Host& host = any();
    trace("the disk of " + host.name() + " is slow");
    host.disk.slow_down(20);
    in_life_of(host, sim::draw(random_, weather_.stall), [&host] { host.disk.slow_down(1); });
}

void World::break_disk() {
    Host& host = any();
    if (!host.running()) return;
    trace("the disk of " + host.name() + " fails");
    host.disk.break_down();
    in_life_of(host, sim::draw(random_, weather_.stall), [this, &host] { crash(host, false); });
}

/// A group of one has nothing to come back from; of any other, one member is a minority.
void World::lose_disk() {
    Host& host = any();
    if (!host.running() || host.disk.files().empty()) return;
    std::set<std::string> groups;
    for (const auto& [group, files] : host.disk.files())
        groups.insert(group);
    for (const auto& group : groups)
        if (bereaved_.contains(group) ||
            weather_.config.of(group == "catalog" ? Role::catalog : Role::order).size() == 1)
            return;
    bereaved_.merge(groups);
    trace(host.name() + " loses its disk");
    host.lose_disk(lot(2));
    restart_later(host);
}

void World::jump_clock() {
    constexpr std::int64_t year_ms = 365LL * 24 * 3'600 * 1'000;
    Host& host = any();
    const auto far = static_cast<std::int64_t>(random_.below(10 * year_ms));
    const auto near = static_cast<std::int64_t>(random_.below(20'000));
    const auto by = lot(4) ? 0 : lot(2) ? far : near;
    trace("the wall clock of " + host.name() + " is " + std::to_string(by) + " ms wrong");
    host.clock.set_wall(milliseconds(lot(2) ? by : -by));
}

} // namespace bookstore::shopsim
