#pragma once
/// \file
/// The event loop of one simulated process: its executor, its timers and its clock. All loops of a run take
/// turns on one Schedule. A paused loop does nothing at all; what falls due meanwhile happens when it goes
/// on.
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <bookstore/base/scheduler.hpp>

#include "sim/schedule.hpp"
#include "sim/shop/host_clock.hpp"

namespace bookstore::shopsim {

/// Dies with its process, and takes along what waits in it.
class Loop final : public base::Scheduler {
public:
    /// Both outlive the loop.
    Loop(sim::Schedule& schedule, const HostClock& clock);
    ~Loop() override;

    base::TimePoint now() const override { return clock_.read(schedule_.now()); }
    base::WallTime wall_now() const override { return clock_.wall(schedule_.now()); }
    void post(std::function<void()> task) override;
    std::unique_ptr<base::Timer> at(base::TimePoint when, std::function<void()> task) override;
    boost::asio::any_io_executor executor() { return io_.get_executor(); }

    /// Something reaches the process from outside. Not from inside the loop.
    void deliver(std::function<void()> event);
    /// Stops the loop after so many more handlers, in the middle of whatever it does then.
    void pause_after(unsigned handlers);
    /// Goes on; `timers_first` says which of timers and messages that are due are seen first.
    void resume(bool timers_first);
    bool paused() const { return paused_; }
    /// Handlers and timers run so far.
    std::uint64_t steps() const { return steps_; }

private:
    using Key = std::pair<base::TimePoint, std::uint64_t>;
    using Tasks = std::map<Key, std::function<void()>>;
    class LoopTimer;

    void run();
    void run_timers();
    void arm();

    sim::Schedule& schedule_;
    const HostClock& clock_;
    std::shared_ptr<Tasks> tasks_ = std::make_shared<Tasks>();
    std::shared_ptr<Loop*> self_ =
        std::make_shared<Loop*>(this); ///< what is scheduled for a dead loop is void
    std::uint64_t next_ = 0;
    base::TimePoint armed_for_ = base::TimePoint::max();
    std::deque<std::function<void()>> backlog_; ///< what came while it was paused
    bool paused_ = false;
    unsigned handlers_left_ = 0; ///< until it pauses; 0: it does not
    std::uint64_t steps_ = 0;
    boost::asio::io_context io_{1}; ///< last: what waits in it may own timers
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
};

} // namespace bookstore::shopsim
