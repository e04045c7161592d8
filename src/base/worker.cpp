#include <bookstore/base/worker.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bookstore/base/error.hpp>

namespace bookstore::base {
namespace {

constexpr std::size_t thread_name_chars_max = 15; // the kernel's limit

/// Of the calling thread: a tenth of what any other gets when all want to run. Not less, and not the idle
/// class of either scheduler: on a host that is always busy it would never get done, and who waits for a lock
/// that it holds would wait with it. Best effort: what is refused changes nothing.
void give_way() {
    constexpr int nice_value = 10;
    constexpr int io_who_process = 1;
    constexpr int io_best_effort_lowest = (2 << 13) | 7;
    const auto self = static_cast<id_t>(::syscall(SYS_gettid));
    ::setpriority(PRIO_PROCESS, self, nice_value);
    ::syscall(SYS_ioprio_set, io_who_process, self, io_best_effort_lowest);
}

class ThreadWorker final : public Worker {
public:
    ThreadWorker(Scheduler& scheduler, const std::string& name, Priority priority) : scheduler_(scheduler) {
        INVARIANT(name.size() <= thread_name_chars_max);
        thread_ = std::thread([this, name, priority] {
            pthread_setname_np(pthread_self(), name.c_str());
            if (priority == Priority::background) give_way();
            run();
        });
    }

    ~ThreadWorker() override {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }

    void submit(std::function<void()> job, Done done) override {
        ++*outstanding_;
        {
            const std::lock_guard lock(mutex_);
            queue_.push_back({std::move(job), std::move(done)});
        }
        wake_.notify_one();
    }

    std::size_t outstanding() const override { return *outstanding_; }

private:
    struct Item {
        std::function<void()> job;
        Done done;
    };

    void run() {
        while (auto item = next()) {
            std::exception_ptr failure;
            try {
                item->job();
            } catch (...) {
                failure = std::current_exception();
            }
            // What the job captured goes before its completion can run: the two never overlap.
            item->job = nullptr;
            scheduler_.post(
                [outstanding = outstanding_, done = std::move(item->done), failure = std::move(failure)] {
                    --*outstanding;
                    if (done) done(failure);
                });
        }
    }

    /// Nothing once the worker stops and the queue is empty.
    std::unique_ptr<Item> next() {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return nullptr;
        auto item = std::make_unique<Item>(std::move(queue_.front()));
        queue_.pop_front();
        return item;
    }

    Scheduler& scheduler_;
    /// Touched by the loop alone. Shared with the completions, which may outlive the worker.
    std::shared_ptr<std::size_t> outstanding_ = std::make_shared<std::size_t>(0);

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Item> queue_; // guarded by mutex_
    bool stopping_ = false;  // guarded by mutex_
    std::thread thread_;     // last: it uses everything above
};

} // namespace

std::unique_ptr<Worker> make_thread_worker(Scheduler& scheduler, const std::string& name, Priority priority) {
    return std::make_unique<ThreadWorker>(scheduler, name, priority);
}

} // namespace bookstore::base
