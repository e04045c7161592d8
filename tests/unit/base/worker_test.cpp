#include <bookstore/base/worker.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include <pthread.h>
#include <sys/resource.h>

#include <catch2/catch.hpp>

using namespace bookstore::base;

namespace {

/// The test's own thread is the loop: it runs what was posted when it is told to.
class TestLoop final : public Scheduler {
public:
    TimePoint now() const override { return {}; }
    WallTime wall_now() const override { return {}; }
    std::unique_ptr<Timer> at(TimePoint, std::function<void()>) override {
        throw std::logic_error("a worker needs no timers");
    }

    void post(std::function<void()> task) override {
        {
            const std::lock_guard lock(mutex_);
            tasks_.push_back(std::move(task));
        }
        wake_.notify_one();
    }

    /// Runs posted tasks, in order, until there were `count`. False when they do not come within a minute.
    bool run(std::size_t count) {
        for (; count > 0; --count) {
            std::unique_lock lock(mutex_);
            if (!wake_.wait_for(lock, std::chrono::seconds{60}, [this] { return !tasks_.empty(); }))
                return false;
            auto task = std::move(tasks_.front());
            tasks_.pop_front();
            lock.unlock();
            task();
        }
        return true;
    }

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> tasks_;
};

} // namespace

TEST_CASE("jobs run one after the other off the loop, completions on it in the same order",
          "[base][worker]") {
    TestLoop loop;
    auto worker = make_thread_worker(loop, "test-worker");
    const auto loop_thread = std::this_thread::get_id();
    std::atomic<int> running = 0;
    std::atomic<bool> overlapped = false;
    std::atomic<bool> on_loop = false;
    std::vector<int> completed;
    for (int i = 0; i < 100; ++i) {
        worker->submit(
            [&] {
                if (++running != 1) overlapped = true;
                if (std::this_thread::get_id() == loop_thread) on_loop = true;
                --running;
            },
            [&, i](std::exception_ptr failure) {
                CHECK(failure == nullptr);
                CHECK(std::this_thread::get_id() == loop_thread);
                completed.push_back(i);
            });
    }
    CHECK(worker->outstanding() == 100);
    REQUIRE(loop.run(100));
    CHECK(worker->outstanding() == 0);
    CHECK_FALSE(overlapped);
    CHECK_FALSE(on_loop);
    REQUIRE(completed.size() == 100);
    for (int i = 0; i < 100; ++i)
        CHECK(completed[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("what a job throws reaches its completion, and the next job runs all the same", "[base][worker]") {
    TestLoop loop;
    auto worker = make_thread_worker(loop, "test-worker");
    std::string message;
    bool second_done = false;
    worker->submit([] { throw std::runtime_error("disk on fire"); },
                   [&](std::exception_ptr failure) {
                       REQUIRE(failure);
                       try {
                           std::rethrow_exception(failure);
                       } catch (const std::runtime_error& e) {
                           message = e.what();
                       }
                   });
    worker->submit([] {}, [&](std::exception_ptr failure) { second_done = failure == nullptr; });
    REQUIRE(loop.run(2));
    CHECK(message == "disk on fire");
    CHECK(second_done);
}

TEST_CASE("the destructor lets everything submitted run to its end", "[base][worker]") {
    TestLoop loop;
    std::promise<void> gate;
    int ran = 0; // the join in the destructor orders these writes before the reads below
    int completed = 0;
    {
        auto worker = make_thread_worker(loop, "test-worker");
        worker->submit([opened = gate.get_future().share()] { opened.wait(); },
                       [&](std::exception_ptr) { ++completed; });
        for (int i = 0; i < 9; ++i)
            worker->submit([&] { ++ran; }, [&](std::exception_ptr) { ++completed; });
        gate.set_value();
    }
    CHECK(ran == 9);
    CHECK(completed == 0);
    REQUIRE(loop.run(10)); // completions that were posted may run after the worker has gone
    CHECK(completed == 10);
}

TEST_CASE("a job's captures are gone before its completion runs", "[base][worker]") {
    TestLoop loop;
    auto worker = make_thread_worker(loop, "test-worker");
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> watch = held;
    worker->submit([held = std::move(held)] { ++*held; },
                   [&](std::exception_ptr) { CHECK(watch.expired()); });
    REQUIRE(loop.run(1));
}

TEST_CASE("the thread carries its name", "[base][worker]") {
    TestLoop loop;
    auto worker = make_thread_worker(loop, "fifteen-letters");
    std::string name(16, '\0');
    worker->submit([&] { pthread_getname_np(pthread_self(), name.data(), name.size()); }, nullptr);
    REQUIRE(loop.run(1));
    CHECK(std::string(name.c_str()) == "fifteen-letters");
}

TEST_CASE("a worker in the background gives way to all other threads", "[base][worker]") {
    TestLoop loop;
    int normal = -1;
    int background = -1;
    const auto nice_value = [] { return ::getpriority(PRIO_PROCESS, 0); }; // of the calling thread
    const auto first = make_thread_worker(loop, "normal");
    const auto second = make_thread_worker(loop, "background", Priority::background);
    first->submit([&] { normal = nice_value(); }, {});
    second->submit([&] { background = nice_value(); }, {});
    REQUIRE(loop.run(2));
    CHECK(normal == nice_value());
    CHECK(background == 10);
}
