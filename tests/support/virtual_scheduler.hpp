#pragma once
/// \file
/// A loop on virtual time: nothing waits for a clock, and the same run happens the same way again.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <bookstore/base/scheduler.hpp>

namespace bookstore::test {

/// Coroutines run on executor(). One thread.
class VirtualScheduler final : public base::Scheduler {
public:
    /// What sleeps is posted to the loop when it is given up, so it goes while there is one.
    ~VirtualScheduler() override { std::exchange(*tasks_, {}).clear(); }

    base::TimePoint now() const override { return now_; }
    base::WallTime wall_now() const override {
        constexpr std::int64_t start_ms = 1'769'860'800'000; // 2026-01-31T12:00:00Z
        const auto since = std::chrono::duration_cast<base::milliseconds>(now_.time_since_epoch());
        return base::WallTime{start_ms + since.count()};
    }
    void post(std::function<void()> task) override { boost::asio::post(loop_, std::move(task)); }
    std::unique_ptr<base::Timer> at(base::TimePoint when, std::function<void()> task) override;

    boost::asio::any_io_executor executor() { return loop_.get_executor(); }

    /// Lets time pass until `done`, at most `at_most`; false when that was not enough.
    bool run_until(const std::function<bool()>& done, base::Duration at_most);
    void run_for(base::Duration time) {
        run_until([] { return false; }, time);
    }

private:
    using Key = std::pair<base::TimePoint, std::uint64_t>;
    using Tasks = std::map<Key, std::function<void()>>;

    class VirtualTimer final : public base::Timer {
    public:
        VirtualTimer(std::weak_ptr<Tasks> tasks, Key key) : tasks_(std::move(tasks)), key_(key) {}
        ~VirtualTimer() override {
            if (const auto tasks = tasks_.lock()) tasks->erase(key_);
        }
        VirtualTimer(const VirtualTimer&) = delete;
        VirtualTimer& operator=(const VirtualTimer&) = delete;

    private:
        std::weak_ptr<Tasks> tasks_;
        Key key_;
    };

    void run_ready() {
        loop_.restart();
        loop_.poll();
    }

    std::shared_ptr<Tasks> tasks_ = std::make_shared<Tasks>();
    base::TimePoint now_{base::seconds(1'000)}; ///< TimePoint{} means "never" to some
    std::uint64_t next_ = 0;
    boost::asio::io_context loop_{1}; ///< last: what waits in it may own timers
};

inline std::unique_ptr<base::Timer> VirtualScheduler::at(base::TimePoint when, std::function<void()> task) {
    const Key key{when, next_++};
    tasks_->emplace(key, std::move(task));
    return std::make_unique<VirtualTimer>(tasks_, key);
}

inline bool VirtualScheduler::run_until(const std::function<bool()>& done, base::Duration at_most) {
    const auto end = now_ + at_most;
    for (;;) {
        run_ready();
        if (done()) return true;
        const auto first = tasks_->begin();
        if (first == tasks_->end() || first->first.first > end) {
            now_ = end;
            return false;
        }
        now_ = std::max(now_, first->first.first);
        const auto task = std::move(first->second);
        tasks_->erase(first);
        task();
    }
}

/// Starts `call`; its result appears in what is returned.
template <typename T>
std::shared_ptr<std::optional<T>> begin(VirtualScheduler& scheduler, boost::asio::awaitable<T> call) {
    auto result = std::make_shared<std::optional<T>>();
    boost::asio::co_spawn(scheduler.executor(), std::move(call),
                          [result](std::exception_ptr failure, T value) {
                              if (failure) std::rethrow_exception(failure);
                              result->emplace(std::move(value));
                          });
    return result;
}

} // namespace bookstore::test
