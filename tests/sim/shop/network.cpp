#include "sim/shop/network.hpp"

#include <algorithm>

namespace bookstore::shopsim {
namespace {

/// What is stuck behind a cut link is sent again so often.
constexpr base::Duration retransmission = base::milliseconds(20);

} // namespace

Stream::Stream(Network& network, const std::shared_ptr<Site>& opener, HostId to, Broken broken)
    : network_(network), hosts_{opener->host, to}, sites_{opener, {}}, broken_(std::move(broken)) {}

void Stream::send(unsigned from_end, Message message) {
    if (!open_[from_end]) return;
    auto& random = network_.random_;
    const auto now = network_.schedule_.now();
    Direction& direction = directions_[from_end];
    ++network_.messages_;
    auto arrives = now + sim::draw(random, network_.weather_.delay) +
                   network_.slowness(hosts_[from_end], hosts_[1 - from_end]);
    arrives = direction.last_arrival = std::max(arrives, direction.last_arrival);
    direction.under_way.push_back({now, arrives, std::move(message)});
    if (!direction.pumping) pump_at(from_end, arrives);
    if (!direction.watched) watch(from_end);
    if (sim::one_in(random, network_.weather_.loss)) give_up(from_end, true);
}

void Stream::pump_at(unsigned from_end, base::TimePoint when) {
    directions_[from_end].pumping = true;
    network_.schedule_.at(when, [self = shared_from_this(), from_end] { self->pump(from_end); });
}

void Stream::pump(unsigned from_end) {
    Direction& direction = directions_[from_end];
    direction.pumping = false;
    const unsigned to_end = 1 - from_end;
    const auto now = network_.schedule_.now();
    while (!direction.under_way.empty()) {
        const Parcel& next = direction.under_way.front();
        if (next.arrives > now) return pump_at(from_end, next.arrives);
        const bool passes = network_.passes(hosts_[from_end], hosts_[to_end]);
        if (!passes || !network_.hosts_[hosts_[to_end]].power) {
            // Nobody who cares is left to send it again for ever.
            if (!open_[from_end] && next.sent + network_.weather_.dead_time <= now)
                return direction.under_way.clear();
            return pump_at(from_end, now + retransmission);
        }
        if (network_.passes(hosts_[to_end], hosts_[from_end]))
            direction.unacknowledged.reset();
        else if (!direction.unacknowledged)
            direction.unacknowledged = now;
        auto message = std::move(direction.under_way.front().message);
        direction.under_way.pop_front();
        if (open_[to_end] && deliver(from_end, std::move(message))) continue;
        direction.under_way.clear();
        open_[to_end] = false;
        return tell_other(to_end);
    }
}

bool Stream::deliver(unsigned from_end, Message message) {
    const unsigned to_end = 1 - from_end;
    if (to_end == 1 && !bound_) {
        sites_[1] = network_.hosts_[hosts_[1]].site;
        bound_ = true;
    }
    const auto site = sites_[to_end].lock();
    if (!site) return false;
    site->loop->deliver(
        [self = shared_from_this(), receiver = site.get(), m = std::move(message)] { m(*receiver); });
    return true;
}

/// Looks, as long as something is under way, whether it has been so for too long.
void Stream::watch(unsigned from_end) {
    directions_[from_end].watched = true;
    network_.schedule_.after(network_.weather_.dead_time,
                             [self = shared_from_this(), from_end] { self->check(from_end); });
}

void Stream::check(unsigned from_end) {
    Direction& direction = directions_[from_end];
    direction.watched = false;
    if (!open_[from_end]) return;
    const auto too_long = network_.schedule_.now() - network_.weather_.dead_time;
    if (network_.passes(hosts_[1 - from_end], hosts_[from_end])) direction.unacknowledged.reset();
    const bool stuck = !direction.under_way.empty() && direction.under_way.front().sent <= too_long &&
                       direction.under_way.front().arrives <= network_.schedule_.now();
    if (stuck || (direction.unacknowledged && *direction.unacknowledged <= too_long))
        return give_up(from_end, true);
    if (!direction.under_way.empty() || direction.unacknowledged) watch(from_end);
}

void Stream::give_up(unsigned end, bool tell) {
    if (!open_[end]) return;
    open_[end] = false;
    const auto site = sites_[0].lock();
    if (end == 0 && tell && broken_ && site) {
        // Not from inside this call: it may come from the middle of a send.
        network_.schedule_.after({}, [weak = std::weak_ptr(site), self = shared_from_this()] {
            if (const auto alive = weak.lock()) alive->loop->deliver([self] { self->broken_(); });
        });
    }
    if (network_.hosts_[hosts_[end]].power) tell_other(end);
}

/// The other end learns of it behind what was sent before, or in the end from silence.
void Stream::tell_other(unsigned end) {
    const auto& last = directions_[end].last_arrival;
    const auto arrives = network_.schedule_.now() + sim::draw(network_.random_, network_.weather_.delay);
    network_.schedule_.at(std::max(arrives, last), [self = shared_from_this(), end] {
        const unsigned other = 1 - end;
        if (self->network_.passes(self->hosts_[end], self->hosts_[other])) return self->give_up(other, true);
        self->directions_[other].unacknowledged = self->network_.schedule_.now();
        if (!self->directions_[other].watched) self->watch(other);
    });
}

Network::Network(sim::Schedule& schedule, base::Random& random, const Weather& weather)
    : schedule_(schedule), random_(random), weather_(weather) {}

HostId Network::add_host() {
    hosts_.emplace_back();
    return static_cast<HostId>(hosts_.size() - 1);
}

void Network::run_at(HostId host, std::shared_ptr<Site> site) {
    hosts_[host].site = std::move(site);
    if (hosts_[host].site) return;
    // The kernel ends what the process leaves open; without power nobody does.
    std::erase_if(streams_, [](const auto& stream) { return stream.expired(); });
    for (const auto& weak : std::vector(streams_)) {
        const auto stream = weak.lock();
        if (!stream) continue;
        if (stream->hosts_[0] == host) stream->give_up(0, false);
        if (stream->hosts_[1] == host && stream->bound_) stream->give_up(1, false);
    }
}

std::shared_ptr<Stream> Network::connect(const std::shared_ptr<Site>& opener, HostId to,
                                         Stream::Broken broken) {
    auto stream = std::make_shared<Stream>(*this, opener, to, std::move(broken));
    if (streams_.size() == streams_.capacity())
        std::erase_if(streams_, [](const auto& known) { return known.expired(); });
    streams_.push_back(stream);
    return stream;
}

void Network::reset_streams_of(HostId host) {
    for (const auto& weak : std::vector(streams_)) {
        const auto stream = weak.lock();
        if (!stream || !stream->open_[0]) continue;
        const bool its = stream->hosts_[0] == host || stream->hosts_[1] == host;
        if (its && sim::one_in(random_, 2)) stream->give_up(static_cast<unsigned>(random_.below(2)), true);
    }
}

} // namespace bookstore::shopsim
