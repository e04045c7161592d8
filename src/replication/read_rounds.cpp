#include "replication/read_rounds.hpp"

#include <algorithm>
#include <utility>

namespace bookstore::replication {

struct ReadRounds::Waiter {
    base::TimePoint deadline;
    net::Promise<Answer> promise;
    Deadlines::Key expiry;
    bool settled = false;
};

ReadRounds::ReadRounds(Deadlines& deadlines, Start start)
    : deadlines_(deadlines), start_(std::move(start)), self_(std::make_shared<ReadRounds*>(this)) {}

ReadRounds::~ReadRounds() {
    fail(base::Errc::stopping);
}

net::Promise<ReadRounds::Answer> ReadRounds::ask(base::TimePoint deadline) {
    auto waiter = std::make_shared<Waiter>();
    waiter->deadline = deadline;
    waiter->expiry = deadlines_.add(deadline, [w = waiter.get()] {
        w->settled = true;
        w->promise.set(base::Errc::timed_out);
    });
    auto promise = waiter->promise;
    next_.push_back(std::move(waiter));
    if (!under_way_) next();
    return promise;
}

void ReadRounds::next() {
    asking_ = std::exchange(next_, {});
    std::erase_if(asking_, [](const auto& waiter) { return waiter->settled; });
    if (asking_.empty()) return;
    under_way_ = true;
    const auto latest = std::max_element(asking_.begin(), asking_.end(), [](const auto& a, const auto& b) {
        return a->deadline < b->deadline;
    });
    start_((*latest)->deadline, [weak = std::weak_ptr(self_), round = ++round_](Answer answer) {
        if (const auto self = weak.lock()) (*self)->ended(round, answer);
    });
}

void ReadRounds::ended(std::uint64_t round, const Answer& answer) {
    if (round != round_ || !under_way_) return;
    under_way_ = false;
    for (const auto& waiter : std::exchange(asking_, {})) {
        if (waiter->settled) continue;
        deadlines_.remove(waiter->expiry);
        waiter->settled = true;
        waiter->promise.set(answer);
    }
    next();
}

void ReadRounds::fail(base::Errc failure) {
    under_way_ = false;
    for (auto* waiters : {&asking_, &next_}) {
        for (const auto& waiter : std::exchange(*waiters, {})) {
            if (waiter->settled) continue;
            deadlines_.remove(waiter->expiry);
            waiter->settled = true;
            waiter->promise.set(failure);
        }
    }
}

} // namespace bookstore::replication
