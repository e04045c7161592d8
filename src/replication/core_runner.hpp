#pragma once
/// \file
/// Gives the consensus core its events, one after the other, and its ticks.
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include <bookstore/base/random.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/consensus/raft.hpp>

namespace bookstore::replication {

/// Loop thread only. An event that arises while the effects of another are carried out comes after it.
class CoreRunner {
public:
    struct Hooks {
        std::function<void(consensus::Effects)> carry_out;
        std::function<void()> settled; ///< no event is left for now
    };

    CoreRunner(base::Scheduler& scheduler, Hooks hooks) : scheduler_(scheduler), hooks_(std::move(hooks)) {}

    void start(const consensus::Options& options, consensus::Restored restored, base::Random& random);
    void give(consensus::Event event) noexcept;
    /// While the log is restarted behind a snapshot the core gets nothing but Persisted; all else is lost, as
    /// a message may be. release() gives it `installed` and goes on.
    void hold() { held_ = true; }
    void release(consensus::SnapshotInstalled installed);
    /// No more events: a write failed, or the replica ends.
    void halt();

    /// Null before start() and after halt().
    const consensus::Raft* raft() const { return halted_ || !raft_ ? nullptr : &*raft_; }

private:
    void arm();

    base::Scheduler& scheduler_;
    Hooks hooks_;
    std::optional<consensus::Raft> raft_;
    std::deque<consensus::Event> events_;
    bool running_ = false;
    bool held_ = false;
    bool halted_ = false;
    base::TimePoint armed_for_{};
    std::unique_ptr<base::Timer> timer_; ///< may fire early: a deadline that moved away does not re-arm it
};

} // namespace bookstore::replication
