#pragma once
/// \file
/// Time that moves when the test says so, over an io_context for the coroutines.
#include <functional>
#include <map>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <bookstore/base/scheduler.hpp>

namespace bookstore::roles::frontend::test {

class ManualScheduler final : public base::Scheduler {
public:
    explicit ManualScheduler(boost::asio::io_context& loop) : loop_(loop) {}

    base::TimePoint now() const override { return now_; }
    base::WallTime wall_now() const override {
        return base::WallTime{
            std::chrono::duration_cast<base::milliseconds>(now_.time_since_epoch()).count()};
    }
    void post(std::function<void()> task) override { boost::asio::post(loop_, std::move(task)); }

    std::unique_ptr<base::Timer> at(base::TimePoint when, std::function<void()> task) override {
        auto alarm = std::make_shared<Task>(std::move(task));
        alarms_.emplace(when, alarm);
        return std::make_unique<Handle>(std::move(alarm));
    }

    /// Everything that is ready now; time stands still.
    void settle() {
        loop_.restart();
        while (loop_.poll() > 0)
            loop_.restart();
    }

    /// Time passes, timer by timer.
    void advance(base::Duration time) {
        const auto end = now_ + time;
        settle();
        while (!alarms_.empty() && alarms_.begin()->first <= end)
            fire_next();
        now_ = end;
    }

    /// Until `done` holds; false when it does not within `bound`.
    bool until(const std::function<bool()>& done, base::Duration bound = base::seconds(30)) {
        const auto end = now_ + bound;
        settle();
        while (!done() && !alarms_.empty() && alarms_.begin()->first <= end)
            fire_next();
        return done();
    }

    /// The process is stopped and goes on (SIGSTOP, SIGCONT): time has passed and no timer has run yet.
    void stop_for(base::Duration time) { now_ += time; }

private:
    using Task = std::function<void()>;
    struct Handle final : base::Timer {
        explicit Handle(std::shared_ptr<Task> t) : task(std::move(t)) {}
        ~Handle() override { *task = nullptr; }
        std::shared_ptr<Task> task;
    };

    void fire_next() {
        const auto first = alarms_.begin();
        now_ = std::max(now_, first->first);
        const auto alarm = first->second;
        alarms_.erase(first);
        if (const auto task = std::exchange(*alarm, nullptr)) task();
        settle();
    }

    boost::asio::io_context& loop_;
    base::TimePoint now_{base::seconds(1'000)};
    std::multimap<base::TimePoint, std::shared_ptr<Task>> alarms_;
};

} // namespace bookstore::roles::frontend::test
