#include "roles/frontend/purchase_calls.hpp"

#include <algorithm>
#include <iterator>
#include <list>
#include <utility>

#include <bookstore/net/loop.hpp>

namespace bookstore::roles::frontend {
namespace {

using base::Errc;

struct Rider {
    Purchase purchase; ///< moved into the call when it leaves
    base::TimePoint deadline;
    net::Promise<PurchaseCalls::Answer> answer;
};
using Riders = std::vector<Rider>;

struct Call {
    unsigned replica;
    Riders riders;
    base::TimePoint left;
};

/// As many as one call takes, in the order in which they came.
Riders take_load(Riders& waiting) {
    std::size_t count = 0, lines = 0;
    while (count < std::min(waiting.size(), Purchases::count_max)) {
        lines += waiting[count].purchase.lines.size();
        if (lines > Purchases::lines_max && count > 0) break;
        ++count;
    }
    if (count == waiting.size()) return std::exchange(waiting, {});
    const auto end = waiting.begin() + static_cast<std::ptrdiff_t>(count);
    Riders load(std::make_move_iterator(waiting.begin()), std::make_move_iterator(end));
    waiting.erase(waiting.begin(), end);
    return load;
}

} // namespace

struct PurchaseCalls::State : std::enable_shared_from_this<State> {
    explicit State(const World& w)
        : world(w), replicas(w.config.of(cluster::Role::order)), waiting(replicas.size()) {}

    bool may_leave(const Riders& load) const;
    void leave_soon();
    void leave();
    void watch(base::TimePoint when);
    void look();
    void expire(Riders& riders, base::TimePoint now) const;
    static boost::asio::awaitable<void> carry(std::shared_ptr<State> self, std::list<Call>::iterator call);

    const World& world;
    const std::vector<net::Endpoint>& replicas;
    std::vector<Riders> waiting; ///< by replica
    std::list<Call> calls;       ///< under way, in the order in which they left
    unsigned gathering_for = 0;
    bool leaving = false; ///< a departure is posted
    std::unique_ptr<base::Timer> timer;
    base::TimePoint armed_for;
};

bool PurchaseCalls::State::may_leave(const Riders& load) const {
    if (load.empty()) return false;
    const auto held_up = world.scheduler.now() - patience;
    const auto fresh = std::count_if(calls.begin(), calls.end(),
                                     [held_up](const Call& call) { return call.left > held_up; });
    if (fresh == 0) return true;
    const std::size_t like_the_last = std::min(calls.back().riders.size(), Purchases::count_max);
    return static_cast<std::size_t>(fresh) < together_max && load.size() >= like_the_last;
}

/// Not at once: what else comes in this turn of the loop goes along.
void PurchaseCalls::State::leave_soon() {
    if (leaving) return;
    leaving = true;
    world.scheduler.post([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->leave();
    });
}

void PurchaseCalls::State::leave() {
    leaving = false;
    bool anybody_waits = false;
    for (unsigned replica = 0; replica < waiting.size(); ++replica) {
        while (may_leave(waiting[replica])) {
            const auto call =
                calls.insert(calls.end(), {replica, take_load(waiting[replica]), world.scheduler.now()});
            net::spawn(world.executor, "purchases",
                       [self = shared_from_this(), call] { return carry(self, call); });
        }
        anybody_waits = anybody_waits || !waiting[replica].empty();
    }
    if (anybody_waits) watch(calls.back().left + patience);
}

/// One timer for all. It may fire early: nothing re-arms it that need not wait any more.
void PurchaseCalls::State::watch(base::TimePoint when) {
    if (timer && armed_for <= when) return;
    armed_for = when;
    timer = world.scheduler.at(when, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->look();
    });
}

void PurchaseCalls::State::look() {
    timer.reset();
    const auto now = world.scheduler.now();
    const auto over = [now](const Rider& rider) { return rider.deadline <= now; };
    for (Riders& riders : waiting) {
        expire(riders, now);
        std::erase_if(riders, over); // never sent, and will not be
    }
    for (Call& call : calls)
        expire(call.riders, now);
    auto next = base::TimePoint::max();
    const auto find_next = [&](const Riders& riders) {
        for (const Rider& rider : riders)
            if (!over(rider)) next = std::min(next, rider.deadline);
    };
    std::for_each(waiting.begin(), waiting.end(), find_next);
    for (const Call& call : calls)
        find_next(call.riders);
    if (next != base::TimePoint::max()) watch(next);
    leave();
}

void PurchaseCalls::State::expire(Riders& riders, base::TimePoint now) const {
    for (const Rider& rider : riders)
        if (rider.deadline <= now) rider.answer.set(Errc::timed_out);
}

boost::asio::awaitable<void> PurchaseCalls::State::carry(std::shared_ptr<State> self,
                                                         std::list<Call>::iterator call) {
    Purchases bundle;
    bundle.purchases.reserve(call->riders.size());
    base::TimePoint until{};
    for (Rider& rider : call->riders) {
        bundle.purchases.push_back(std::move(rider.purchase));
        until = std::max(until, rider.deadline);
    }
    const auto bytes = co_await self->world.transport.call(self->replicas[call->replica], method::purchase,
                                                           encode(bundle), until);
    auto decoded = bytes ? decode<PurchaseAnswers>(*bytes) : base::result<PurchaseAnswers>(bytes.error());
    if (decoded && decoded->answers.size() != call->riders.size()) decoded = Errc::protocol_error;
    for (std::size_t i = 0; i < call->riders.size(); ++i)
        call->riders[i].answer.set(decoded ? std::move(decoded->answers[i]) : Answer(decoded.error()));
    self->calls.erase(call);
    self->leave_soon();
}

PurchaseCalls::PurchaseCalls(const World& world) : state_(std::make_shared<State>(world)) {}

PurchaseCalls::~PurchaseCalls() = default;

std::optional<unsigned> PurchaseCalls::gathering() const {
    const auto& riders = state_->waiting[state_->gathering_for];
    if (riders.empty() || riders.size() >= Purchases::count_max) return std::nullopt;
    return state_->gathering_for;
}

net::Promise<PurchaseCalls::Answer> PurchaseCalls::send(unsigned replica, Purchase purchase,
                                                        base::TimePoint deadline) {
    State& state = *state_;
    const Rider& rider = state.waiting.at(replica).emplace_back(Rider{std::move(purchase), deadline, {}});
    auto answer = rider.answer;
    state.gathering_for = replica;
    state.watch(deadline);
    state.leave_soon();
    return answer;
}

} // namespace bookstore::roles::frontend
