#pragma once
/// \file
/// A worker on virtual time: each job takes `latency` and happens at its end. Destroyed, as by a crash, it
/// takes along what has not happened.
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

#include <bookstore/base/worker.hpp>

namespace bookstore::test {

class VirtualWorker final : public base::Worker {
public:
    VirtualWorker(base::Scheduler& scheduler, base::Duration latency)
        : scheduler_(scheduler), latency_(latency) {}

    /// Of jobs that begin from now on.
    void set_latency(base::Duration latency) { latency_ = latency; }

    void submit(std::function<void()> job, Done done) override {
        queue_.emplace_back(std::move(job), std::move(done));
        if (queue_.size() == 1) start();
    }
    std::size_t outstanding() const override { return queue_.size(); }

    /// Is this called from a job of one?
    static bool at_work() { return at_work_; }

private:
    void start() {
        timer_ = scheduler_.after(latency_, [this] { run(); });
    }

    void run() {
        timer_.reset();
        std::exception_ptr failure;
        at_work_ = true;
        try {
            queue_.front().first();
        } catch (...) {
            failure = std::current_exception();
        }
        at_work_ = false;
        const auto done = std::move(queue_.front().second);
        queue_.pop_front();
        if (!queue_.empty()) start();
        if (done) done(failure);
    }

    static inline bool at_work_ = false;

    base::Scheduler& scheduler_;
    base::Duration latency_;
    std::deque<std::pair<std::function<void()>, Done>> queue_;
    std::unique_ptr<base::Timer> timer_;
};

} // namespace bookstore::test
