#pragma once
/// \file
/// The loop as everything above `base` sees it: time, timers and "do this next".
/// Real in production (net::LoopScheduler over Asio), virtual in the simulator.
#include <functional>
#include <memory>

#include <bookstore/base/time.hpp>

namespace bookstore::base {

/// Cancels its timer when it goes. Thread: the loop.
class Timer {
public:
    virtual ~Timer() = default;
};

class Scheduler {
public:
    virtual ~Scheduler() = default;

    /// Any thread.
    virtual TimePoint now() const = 0;
    virtual WallTime wall_now() const = 0;

    /// Runs `task` on the loop, after what was posted before it, never from inside this call. Any thread.
    virtual void post(std::function<void()> task) = 0;

    /// Runs `task` on the loop at `when` or soon after, unless the returned timer is destroyed first.
    /// Loop thread only.
    [[nodiscard]] virtual std::unique_ptr<Timer> at(TimePoint when, std::function<void()> task) = 0;

    [[nodiscard]] std::unique_ptr<Timer> after(Duration delay, std::function<void()> task) {
        return at(now() + delay, std::move(task));
    }
};

} // namespace bookstore::base
