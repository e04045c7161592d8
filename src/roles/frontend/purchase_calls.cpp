#include "roles/frontend/purchase_calls.hpp"

#include <algorithm>
#include <iterator>
#include <list>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <bookstore/net/loop.hpp>

#include "roles/frontend/departures.hpp"

namespace bookstore::roles::frontend {
namespace {

using base::Errc;

struct Seat {
    std::shared_ptr<Rider> rider; ///< none any more when it has been told
    base::TimePoint deadline;

    void tell(const Rider::Answer& answer) {
        if (const auto told = std::exchange(rider, nullptr)) told->arrived(answer);
    }
};
using Load = std::vector<Seat>;

struct Call {
    unsigned replica;
    Load load;
    base::TimePoint left;
};

/// As many as one call takes, in the order in which they came.
Load take_load(Load& waiting) {
    std::size_t count = 0, lines = 0;
    while (count < std::min(waiting.size(), Purchases::count_max)) {
        lines += waiting[count].rider->purchase().lines.size();
        if (lines > Purchases::lines_max && count > 0) break;
        ++count;
    }
    if (count == waiting.size()) return std::exchange(waiting, {});
    const auto end = waiting.begin() + static_cast<std::ptrdiff_t>(count);
    Load load(std::make_move_iterator(waiting.begin()), std::make_move_iterator(end));
    waiting.erase(waiting.begin(), end);
    return load;
}

std::string encode(const Load& load) {
    PurchasesWriter bundle(load.size());
    for (const Seat& seat : load)
        bundle.add(seat.rider->purchase());
    return bundle.take();
}

} // namespace

struct PurchaseCalls::State : std::enable_shared_from_this<State> {
    explicit State(const World& w)
        : world(w), replicas(w.config.of(cluster::Role::order)), waiting(replicas.size()) {}

    bool may_leave(const Load& load) const;
    void leave_soon();
    void leave();
    void watch(base::TimePoint when);
    void look();
    boost::asio::awaitable<void> tell(Load load, base::result<std::string> bytes);
    static boost::asio::awaitable<void> carry(std::shared_ptr<State> self, std::list<Call>::iterator call,
                                              std::string bundle);

    const World& world;
    const std::vector<net::Endpoint>& replicas;
    std::vector<Load> waiting; ///< by replica
    std::list<Call> calls;     ///< under way, in the order in which they left
    unsigned gathering_for = 0;
    Departures departures;
    bool leaving = false; ///< a departure is posted
    std::unique_ptr<base::Timer> timer;
    base::TimePoint armed_for;
};

bool PurchaseCalls::State::may_leave(const Load& load) const {
    const auto now = world.scheduler.now();
    Departures::UnderWay under_way;
    for (const Call& call : calls) {
        if (call.left + departures.patience() > now) ++under_way.calls;
        under_way.last_load = call.load.size();
    }
    return departures.may_leave(load.size(), under_way, now);
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
                       [self = shared_from_this(), call, bundle = encode(call->load)]() mutable {
                           return carry(self, call, std::move(bundle));
                       });
        }
        anybody_waits = anybody_waits || !waiting[replica].empty();
    }
    if (!anybody_waits) return;
    watch(calls.back().left + departures.patience());
    if (departures.expected_until() > world.scheduler.now()) watch(departures.expected_until());
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
    Load late;
    auto next = base::TimePoint::max();
    const auto sort = [&](Load& load) {
        for (Seat& seat : load) {
            if (!seat.rider) continue;
            if (seat.deadline <= now)
                late.push_back(std::exchange(seat, {}));
            else
                next = std::min(next, seat.deadline);
        }
    };
    for (Load& load : waiting) {
        sort(load);
        std::erase_if(load, [](const Seat& seat) { return !seat.rider; }); // never sent, and will not be
    }
    for (Call& call : calls)
        sort(call.load);
    if (next != base::TimePoint::max()) watch(next);
    for (Seat& seat : late)
        seat.tell(Errc::timed_out);
    leave();
}

boost::asio::awaitable<void> PurchaseCalls::State::carry(std::shared_ptr<State> self,
                                                         std::list<Call>::iterator call, std::string bundle) {
    base::TimePoint until{};
    for (const Seat& seat : call->load)
        until = std::max(until, seat.deadline);
    const auto bytes = co_await self->world.transport.call(self->replicas[call->replica], method::purchase,
                                                           std::move(bundle), until);
    if (bytes) self->departures.answered(self->world.scheduler.now() - call->left);
    Load load = std::move(call->load);
    self->calls.erase(call);
    self->leave_soon();
    co_await self->tell(std::move(load), bytes);
}

/// A turn of the loop for each so many of them.
boost::asio::awaitable<void> PurchaseCalls::State::tell(Load load, base::result<std::string> bytes) {
    PurchaseAnswersReader answers(bytes ? std::string_view(*bytes) : std::string_view());
    auto count = bytes ? answers.count() : base::result<std::size_t>(bytes.error());
    if (count && *count != load.size()) count = Errc::protocol_error;
    for (std::size_t told = 0; told < load.size();) {
        if (told > 0) co_await boost::asio::post(world.executor, boost::asio::use_awaitable);
        const std::size_t until = std::min(told + told_per_turn, load.size());
        departures.told(until - told, world.scheduler.now());
        for (; told < until; ++told)
            load[told].tell(count ? answers.next() : Rider::Answer(count.error()));
    }
}

PurchaseCalls::PurchaseCalls(const World& world) : state_(std::make_shared<State>(world)) {}

PurchaseCalls::~PurchaseCalls() = default;

std::optional<unsigned> PurchaseCalls::gathering() const {
    const Load& load = state_->waiting[state_->gathering_for];
    if (load.empty() || load.size() >= Purchases::count_max) return std::nullopt;
    return state_->gathering_for;
}

void PurchaseCalls::send(unsigned replica, std::shared_ptr<Rider> rider, base::TimePoint deadline) {
    State& state = *state_;
    state.waiting.at(replica).push_back({std::move(rider), deadline});
    state.gathering_for = replica;
    state.departures.came();
    state.watch(deadline);
    state.leave_soon();
}

} // namespace bookstore::roles::frontend
