#include <bookstore/net/loop.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <time.h>

#include "net/asio.hpp"
#include <bookstore/base/log.hpp>
#include <bookstore/net/turn.hpp>

namespace bookstore::net {
namespace {

using Steady = std::chrono::steady_clock;

/// A timer's wait and its task. Owned by the wait itself, so that an io_context that goes takes both with it.
struct Alarm {
    explicit Alarm(asio::io_context& loop) : timer(loop) {}

    asio::steady_timer timer;
    std::function<void()> task;
};

class LoopTimer final : public base::Timer {
public:
    explicit LoopTimer(const std::shared_ptr<Alarm>& alarm) : alarm_(alarm) {}
    ~LoopTimer() override {
        const auto alarm = alarm_.lock();
        if (!alarm) return;
        alarm->task = nullptr; // the wait may have ended already, with its completion queued
        alarm->timer.cancel();
    }
    LoopTimer(const LoopTimer&) = delete;
    LoopTimer& operator=(const LoopTimer&) = delete;

private:
    std::weak_ptr<Alarm> alarm_;
};

class LoopScheduler final : public base::Scheduler {
public:
    explicit LoopScheduler(asio::io_context& loop) : loop_(loop) {}

    base::TimePoint now() const override {
        // The clock that goes on while the host is suspended: to a lease, that time has passed as well.
        timespec t{};
        ::clock_gettime(CLOCK_BOOTTIME, &t);
        return base::TimePoint(base::seconds(t.tv_sec) + base::Duration(t.tv_nsec));
    }
    base::WallTime wall_now() const override {
        const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
        return base::WallTime{std::chrono::duration_cast<base::milliseconds>(since_epoch).count()};
    }
    void post(std::function<void()> task) override {
        asio::post(loop_, [&loop = loop_, task = std::move(task)] { Turn::run(loop.get_executor(), task); });
    }

    std::unique_ptr<base::Timer> at(base::TimePoint when, std::function<void()> task) override {
        auto alarm = std::make_shared<Alarm>(loop_);
        alarm->task = std::move(task);
        alarm->timer.expires_after(std::max(base::Duration::zero(), when - now()));
        alarm->timer.async_wait([alarm](error_code) {
            if (const auto due = std::exchange(alarm->task, nullptr)) due();
        });
        return std::make_unique<LoopTimer>(alarm);
    }

private:
    asio::io_context& loop_;
};

/// A coroutine that sleeps. Owned by the timer's task; the coroutine owns the timer.
struct Sleeper {
    using Waiter = asio::any_completion_handler<void(error_code)>;

    asio::any_io_executor executor;
    Waiter waiter;

    void wake(error_code why) {
        if (!waiter) return;
        auto woken = std::exchange(waiter, nullptr);
        asio::post(executor, [w = std::move(woken), why]() mutable { std::move(w)(why); });
    }
};

} // namespace

std::unique_ptr<base::Scheduler> make_loop_scheduler(asio::io_context& loop) {
    return std::make_unique<LoopScheduler>(loop);
}

asio::awaitable<void> sleep_until(base::Scheduler& scheduler, base::TimePoint when) {
    std::unique_ptr<base::Timer> timer;
    const auto executor = co_await asio::this_coro::executor;
    const auto start = [&scheduler, &timer, &executor, when](auto handler) {
        auto sleeper = std::make_shared<Sleeper>();
        sleeper->executor = executor;
        Sleeper::Waiter(std::move(handler)).swap(sleeper->waiter); // not assigned: see promise.hpp
        if (auto slot = sleeper->waiter.get_cancellation_slot(); slot.is_connected()) {
            slot.assign([weak = std::weak_ptr(sleeper)](asio::cancellation_type) {
                if (const auto cancelled = weak.lock()) cancelled->wake(asio::error::operation_aborted);
            });
        }
        timer = scheduler.at(when, [sleeper] { sleeper->wake({}); });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void(error_code)>(start,
                                                                                   asio::use_awaitable);
}

void spawn(asio::any_io_executor executor, std::string_view name,
           std::function<asio::awaitable<void>()> task) {
    const auto ended = [called = std::string(name)](std::exception_ptr fault) {
        if (!fault) return;
        try {
            std::rethrow_exception(fault);
        } catch (const boost::system::system_error& e) {
            if (e.code() == asio::error::operation_aborted) return;
            base::log::error("task failed", {{"task", called}, {"reason", e.what()}});
        } catch (const std::exception& e) {
            base::log::error("task failed", {{"task", called}, {"reason", e.what()}});
        } catch (...) {
            base::log::error("task failed", {{"task", called}, {"reason", "not an exception we know"}});
        }
    };
    asio::co_spawn(executor, std::move(task), ended);
}

} // namespace bookstore::net
