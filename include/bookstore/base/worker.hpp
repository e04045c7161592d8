#pragma once
/// \file
/// Where blocking work (SQLite, fsync) goes, so that the loop never waits for a disk.
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include <bookstore/base/scheduler.hpp>

namespace bookstore::base {

/// One FIFO of jobs: each starts after the one before has ended. Completions reach the loop in the same
/// order.
class Worker {
public:
    /// Empty when the job returned, else what it threw.
    using Done = std::function<void(std::exception_ptr failure)>;

    virtual ~Worker() = default;

    /// Runs `job` off the loop, then `done` on it, never from inside this call. Loop thread only.
    /// The queue has no limit of its own: whoever submits bounds what it has outstanding.
    virtual void submit(std::function<void()> job, Done done) = 0;

    /// Jobs submitted and not yet completed. Loop thread only.
    virtual std::size_t outstanding() const = 0;
};

enum class Priority : std::uint8_t {
    normal,
    background, ///< gives way to everything else that wants a processor or the disk, as far as the kernel can
};

/// A thread of its own, named `name` (at most 15 characters, for top and gdb). The destructor lets every job
/// submitted before it run to its end; their completions are posted, and run if the loop still runs.
std::unique_ptr<Worker> make_thread_worker(Scheduler& scheduler, const std::string& name,
                                           Priority priority = Priority::normal);

} // namespace bookstore::base
