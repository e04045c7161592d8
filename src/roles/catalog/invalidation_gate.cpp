#include "roles/catalog/invalidation_gate.hpp"

#include <algorithm>

#include <prometheus/counter.h>
#include <prometheus/histogram.h>

#include <bookstore/base/mutant.hpp>
#include <bookstore/net/loop.hpp>
#include <bookstore/shop/tags.hpp>

namespace bookstore::roles::catalog {
namespace {

using base::Errc;

/// One try; a frontend that is up answers in well under a millisecond.
constexpr base::Duration attempt_time = base::milliseconds(250);
constexpr base::Duration pause_after_failure = base::milliseconds(10);
constexpr base::Duration shortest_look_again = base::milliseconds(1);
/// Of one message; a batch that touches more sends several.
constexpr std::size_t message_bytes_max = 1u << 20;

double in_seconds(base::Duration time) {
    return std::chrono::duration<double>(time).count();
}

} // namespace

InvalidationGate::InvalidationGate(const World& world, unsigned slot, const shop::CatalogState& state)
    : world_(world),
      slot_(slot),
      state_(state),
      table_(static_cast<unsigned>(world.config.of(cluster::Role::frontend).size()),
             world.config.timings.lease, world.config.timings.drift_margin),
      sent_(world.metrics.counter("bookstored_invalidations_sent_total",
                                  "Invalidation messages sent to frontends")),
      waited_(world.metrics.histogram("bookstored_invalidation_wait_seconds",
                                      "Time a batch of writes waited for the frontends",
                                      {0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.2, 1, 2})) {}

void InvalidationGate::leading(std::uint64_t term, std::uint64_t) {
    stage_.reset();
    timer_.reset();
    table_.lead(term, world_.scheduler.now());
    // Nothing can be written until they have registered, or their old leases have run out.
    const std::string notice = encode(NewLeader{term, slot_});
    for (const net::Endpoint& frontend : world_.config.of(cluster::Role::frontend))
        world_.transport.notify(frontend, method::new_leader, notice);
}

void InvalidationGate::not_leading() {
    table_.step_down();
    stage_.reset();
    timer_.reset();
}

void InvalidationGate::contents_differed() {
    table_.distrust();
}

void InvalidationGate::prepare(const std::vector<std::string_view>& commands, std::uint64_t index,
                               std::function<void()> ready) {
    const std::vector<shop::Tag> tags = touched_by(commands);
    if (tags.empty() || world_.config.unsafe.no_invalidation) {
        // Bookkeeping: no reader could tell, so nobody need be told, and old leases need not run out.
        ready();
        return;
    }
    if (base::built_in("invalidates-after-proposal")) {
        if (stage_) table_.end();
        std::exchange(ready, [] {})();
    }
    const base::TimePoint now = world_.scheduler.now();
    table_.begin(index, now);
    stage_ = Stage{
        ++stages_, index, std::move(ready), std::make_shared<const Messages>(messages(tags, index)), {}, now};
    proceed();
}

base::result<LeaseAnswer> InvalidationGate::ask(const LeaseRequest& request, std::uint64_t fence,
                                                base::TimePoint authority) {
    if (request.frontend >= world_.config.of(cluster::Role::frontend).size()) return Errc::invalid_argument;
    if (!table_.leading()) return Errc::not_leader;
    const auto grant = table_.ask({request.frontend, request.session}, request.known_term, fence,
                                  world_.scheduler.now(), authority);
    // It may be the last frontend that this term's first batch waits for, or one more that must be told.
    proceed();
    if (!grant) return Errc::not_leader;
    const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(grant->duration);
    return LeaseAnswer{grant->term, grant->fence, static_cast<std::uint64_t>(duration.count()), grant->epoch};
}

std::vector<shop::Tag> InvalidationGate::touched_by(const std::vector<std::string_view>& commands) const {
    shop::Touched touched(state_);
    for (const std::string_view command : commands) {
        const auto decoded = shop::decode_catalog_command(command);
        if (decoded) touched.add(*decoded); // else it changes nothing when it is applied
    }
    return touched.take();
}

InvalidationGate::Messages InvalidationGate::messages(const std::vector<shop::Tag>& tags,
                                                      std::uint64_t index) const {
    Messages messages;
    std::size_t bytes = message_bytes_max;
    for (const shop::Tag& tag : tags) {
        bytes += tag.size() + 2;
        if (bytes > message_bytes_max) {
            messages.push_back({table_.term(), index, 0, {}});
            bytes = tag.size() + 2;
        }
        messages.back().tags.push_back(tag);
    }
    return messages;
}

boost::asio::awaitable<void> InvalidationGate::announce(cluster::FrontendSession who, std::uint64_t stage,
                                                        std::shared_ptr<const Messages> messages) {
    for (const Invalidation& message : *messages) {
        const bool acknowledged = co_await send(who, message, stage);
        if (!acknowledged) co_return;
    }
    table_.acknowledge(who, messages->front().term, messages->front().index);
    proceed();
}

/// False when the stage is over: the lease ran out, or the leadership.
boost::asio::awaitable<bool> InvalidationGate::send(cluster::FrontendSession who, Invalidation message,
                                                    std::uint64_t stage) {
    message.session = who.session;
    const net::Endpoint frontend = world_.config.of(cluster::Role::frontend).at(who.frontend);
    const std::string bytes = encode(message);
    while (waiting(stage)) {
        sent_.Increment();
        const auto answer = co_await world_.transport.call(frontend, method::invalidate, bytes,
                                                           world_.scheduler.now() + attempt_time);
        if (!waiting(stage)) break;
        if (answer) {
            const auto decoded = decode<InvalidationAnswer>(*answer);
            if (decoded && decoded->session == who.session) co_return true;
        }
        co_await net::sleep_until(world_.scheduler, world_.scheduler.now() + pause_after_failure);
    }
    co_return false;
}

void InvalidationGate::proceed() {
    if (!stage_) return;
    const base::TimePoint now = world_.scheduler.now();
    if (!table_.may_propose(now)) {
        tell(now);
        return look_again(std::max(table_.latest_wait(now), now + shortest_look_again));
    }
    waited_.Observe(in_seconds(now - stage_->since));
    table_.end();
    const auto ready = std::move(stage_->ready);
    stage_.reset();
    ready();
}

/// One timer for many stages: most have been let through long before it fires.
void InvalidationGate::look_again(base::TimePoint when) {
    if (timer_ && timer_at_ <= when) return;
    timer_at_ = when;
    timer_ = world_.scheduler.at(when, [this] {
        timer_.reset();
        proceed();
    });
}

void InvalidationGate::tell(base::TimePoint now) {
    for (const cluster::FrontendSession& who : table_.waiting(now)) {
        if (!stage_->told.insert(who).second) continue;
        net::spawn(world_.executor, "invalidation",
                   [this, who, stage = stage_->number, messages = stage_->messages] {
                       return announce(who, stage, messages);
                   });
    }
}

} // namespace bookstore::roles::catalog
