#pragma once
/// \file
/// Many deadlines over one timer: a buy has several, and most are met.
#include <functional>
#include <map>
#include <memory>

#include <bookstore/base/scheduler.hpp>

namespace bookstore::replication {

/// Loop thread only. The scheduler outlives it; what has not expired when it goes never does.
class Deadlines {
public:
    using Key = std::multimap<base::TimePoint, std::function<void()>>::iterator;

    explicit Deadlines(base::Scheduler& scheduler) : scheduler_(scheduler) {}

    /// Calls `expired` once at `when` or soon after, never from inside this call; the key is dead by then.
    Key add(base::TimePoint when, std::function<void()> expired);
    void remove(Key key) { entries_.erase(key); }

private:
    void arm();
    void expire();

    base::Scheduler& scheduler_;
    std::multimap<base::TimePoint, std::function<void()>> entries_;
    base::TimePoint armed_for_{};
    std::unique_ptr<base::Timer> timer_; ///< may fire early: met deadlines do not re-arm it
};

} // namespace bookstore::replication
