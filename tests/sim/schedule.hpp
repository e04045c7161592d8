#pragma once
/// \file
/// Virtual time: what is to happen, in order. Nothing else makes time pass.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include <bookstore/base/time.hpp>

namespace bookstore::sim {

class Schedule {
public:
    using Action = std::function<void()>;

    base::TimePoint now() const { return now_; }

    /// Actions of one moment happen in the order in which they were asked for.
    void at(base::TimePoint when, Action action) {
        heap_.push_back({std::max(when, now_), ++count_, std::move(action)});
        std::push_heap(heap_.begin(), heap_.end());
    }
    void after(base::Duration delay, Action action) { at(now_ + delay, std::move(action)); }

    /// Does the next thing due by `end`; false, and it is `end`, when there is none.
    bool run_one(base::TimePoint end) {
        if (heap_.empty() || heap_.front().when > end) {
            now_ = end;
            return false;
        }
        std::pop_heap(heap_.begin(), heap_.end());
        auto due = std::move(heap_.back());
        heap_.pop_back();
        now_ = due.when;
        due.action();
        return true;
    }

private:
    struct Due {
        base::TimePoint when;
        std::uint64_t order;
        Action action;

        /// The heap's top is the greatest: the soonest.
        bool operator<(const Due& other) const {
            return when != other.when ? when > other.when : order > other.order;
        }
    };

    base::TimePoint now_{std::chrono::seconds(100)};
    std::uint64_t count_ = 0;
    std::vector<Due> heap_;
};

} // namespace bookstore::sim
