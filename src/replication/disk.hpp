#pragma once
/// \file
/// The one FIFO for everything that touches the log's disk, and the messages that wait for it.
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <bookstore/base/metrics.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/base/worker.hpp>
#include <bookstore/consensus/event.hpp>
#include <bookstore/storage/log_store.hpp>

#include "replication/slow_disk.hpp"

namespace bookstore::replication {

/// Loop thread only; the store is touched on the worker alone. One write is under way at a time; appends that
/// come meanwhile share the next one, and its sync. The first failure is final: nothing is written, completed
/// or released after it.
class Disk {
public:
    struct Hooks {
        std::function<void(std::uint64_t sequence)> durable; ///< everything up to it
        std::function<void(const consensus::Message&)> release;
        std::function<void(const std::string& cause)> failed; ///< once
    };

    /// All references outlive the disk.
    Disk(const std::string& group, storage::LogStore& store, base::Worker& worker, base::Scheduler& scheduler,
         base::Metrics& metrics, SlowDisk pace, Hooks hooks);
    ~Disk();

    /// `metadata`: written together with the step, where it changes.
    void persist(const consensus::Persist& step, std::optional<std::string> metadata = {});
    /// Released when the step it waits for is durable; at once when it is.
    void hold(consensus::HeldMessage held);
    /// `done` on the loop, when durable, in order with everything else.
    void write_metadata(std::string bytes, std::function<void()> done);
    void reset(storage::LogWrite::Reset base, std::string metadata, std::function<void()> done);
    /// The replica ends: nothing more is written, completed or released.
    void halt();

    const SlowDisk& pace() const { return pace_; }

private:
    struct Job;
    void submit(std::unique_ptr<Job> job);
    void start_next();
    void completed(std::exception_ptr failure);
    void watch_for_stall();
    void fail(const std::string& cause);

    struct Meters;
    const std::string group_;
    storage::LogStore& store_;
    base::Worker& worker_;
    base::Scheduler& scheduler_;
    std::unique_ptr<Meters> meters_;
    SlowDisk pace_;
    Hooks hooks_;

    std::deque<std::unique_ptr<Job>> queue_;
    std::shared_ptr<Job> running_; ///< shared with the worker's job
    base::TimePoint started_{};
    std::unique_ptr<base::Timer> stall_;
    base::TimePoint stall_told_{}; ///< when the write began of which it was said that it hangs
    std::uint64_t durable_ = 0;
    std::deque<consensus::HeldMessage> held_; ///< by rising sequence
    bool failed_ = false;
    std::shared_ptr<Disk*> self_;
};

} // namespace bookstore::replication
