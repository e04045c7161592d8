#pragma once
/// \file
/// A host's disk: what it holds for each group outlives every process, and how it feels today.
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include <bookstore/base/worker.hpp>
#include <bookstore/roles/group_disk.hpp>

#include "sim/schedule.hpp"
#include "sim/shop/weather.hpp"
#include "support/memory_log.hpp"
#include "support/memory_snapshots.hpp"
#include "support/memory_state.hpp"

namespace bookstore::shopsim {

struct GroupFiles {
    test::LogDisk log;
    test::StateDisk state;
};

class DiskWorker;

class HostDisk {
public:
    /// All outlive the disk.
    HostDisk(sim::Schedule& schedule, base::Random& random, const Weather& weather)
        : schedule_(schedule), random_(random), weather_(weather) {}

    /// For roles::OpenDisk: a process' way to the files of `group`. `scheduler` is the process'.
    roles::GroupDisk open(const std::string& group, std::span<const base::Table> tables,
                          base::Scheduler& scheduler);
    /// By group; those of the groups that the host takes part in, as soon as its process has run.
    std::map<std::string, GroupFiles>& files() { return files_; }

    /// What the process was writing is written, or is not. Before the process goes.
    void interrupt();
    /// Only what was synced is there.
    void cut_power();
    void stall(base::Duration duration) { stuck_until_ = schedule_.now() + duration; }
    /// Every job takes so many times as long.
    void slow_down(int factor) { slow_ = factor; }
    /// The next write of log or state fails.
    void break_down();
    bool broken() const { return broken_; }
    /// Nothing of what it held is left. While no process uses it.
    void lose() { files_.clear(); }
    /// As good as new, with what it holds.
    void repair();

private:
    friend class DiskWorker;
    base::Duration latency();

    sim::Schedule& schedule_;
    base::Random& random_;
    const Weather& weather_;
    std::map<std::string, GroupFiles> files_;
    std::vector<DiskWorker*> at_work_; ///< of the process that runs now
    base::TimePoint stuck_until_{};
    int slow_ = 1;
    bool broken_ = false;
};

/// One FIFO of jobs. A job takes effect at its end.
class DiskWorker final : public base::Worker {
public:
    DiskWorker(HostDisk& disk, base::Scheduler& scheduler);
    ~DiskWorker() override;
    DiskWorker(const DiskWorker&) = delete;
    DiskWorker& operator=(const DiskWorker&) = delete;

    void submit(std::function<void()> job, Done done) override;
    std::size_t outstanding() const override { return queue_.size(); }
    /// The job under way takes effect, though nobody will be told.
    void finish_silently();

private:
    void start();
    void run();

    HostDisk& disk_;
    base::Scheduler& scheduler_;
    std::deque<std::pair<std::function<void()>, Done>> queue_;
    std::unique_ptr<base::Timer> timer_;
};

} // namespace bookstore::shopsim
