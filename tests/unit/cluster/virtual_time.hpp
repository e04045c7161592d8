#pragma once
/// \file
/// Time that passes only when everything that can happen now has happened: coroutines run on an io_context,
/// timers fire in order, and a minute takes microseconds.
#include <functional>
#include <map>
#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <bookstore/base/scheduler.hpp>

namespace bookstore::cluster {

class VirtualTime final : public base::Scheduler {
public:
    base::TimePoint now() const override { return now_; }
    base::WallTime wall_now() const override {
        const auto since_start = std::chrono::duration_cast<base::milliseconds>(now_.time_since_epoch());
        return base::WallTime{since_start.count()};
    }
    void post(std::function<void()> task) override { boost::asio::post(loop_, std::move(task)); }

    std::unique_ptr<base::Timer> at(base::TimePoint when, std::function<void()> task) override {
        const auto key = std::pair{when, ++count_};
        timers_.emplace(key, std::move(task));
        return std::make_unique<Pending>(*this, key);
    }

    boost::asio::io_context& loop() { return loop_; }

    /// Lets everything happen that is due until `end`, and leaves the clock there.
    void run_until(base::TimePoint end) {
        settle();
        while (!timers_.empty() && timers_.begin()->first.first <= end) {
            auto next = timers_.extract(timers_.begin());
            now_ = std::max(now_, next.key().first);
            next.mapped()();
            settle();
        }
        now_ = std::max(now_, end);
    }
    void run_for(base::Duration time) { run_until(now_ + time); }

private:
    using Key = std::pair<base::TimePoint, std::uint64_t>;

    class Pending final : public base::Timer {
    public:
        Pending(VirtualTime& time, Key key) : time_(time), key_(key) {}
        ~Pending() override { time_.timers_.erase(key_); }
        Pending(const Pending&) = delete;
        Pending& operator=(const Pending&) = delete;

    private:
        VirtualTime& time_;
        Key key_;
    };

    void settle() {
        loop_.restart();
        loop_.poll();
    }

    base::TimePoint now_{base::seconds(1'000)};
    std::uint64_t count_ = 0;
    std::map<Key, std::function<void()>> timers_;
    boost::asio::io_context loop_{1}; ///< goes first: its coroutines hold timers
};

/// Starts `task` and gives where its result will be, once it has one.
template <typename T>
std::shared_ptr<std::optional<T>> start(VirtualTime& time, boost::asio::awaitable<T> task) {
    auto slot = std::make_shared<std::optional<T>>();
    boost::asio::co_spawn(time.loop(), std::move(task), [slot](std::exception_ptr fault, T value) {
        if (fault) std::rethrow_exception(fault);
        slot->emplace(std::move(value));
    });
    return slot;
}

} // namespace bookstore::cluster
