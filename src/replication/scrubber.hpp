#pragma once
/// \file
/// Verifies one store at rest, slowly and for ever.
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <bookstore/base/metrics.hpp>
#include <bookstore/base/random.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/base/worker.hpp>
#include <bookstore/storage/scrubbed.hpp>

namespace bookstore::replication {

/// Loop thread only; the store is read on the worker, a small piece at a time, so that what stands behind one
/// waits for little.
class Scrubber {
public:
    struct Pace {
        std::uint64_t bytes_per_second = 1u << 20;    ///< 0: nothing is verified, ever
        base::Duration every = base::seconds(86'400); ///< from the beginning of one pass to that of the next
    };
    struct Hooks {
        std::function<storage::Scrubbed(std::size_t max_bytes)> read; ///< on the worker; throws what it finds
        std::function<void()> verified;                               ///< everything is right
        std::function<void(const std::string& cause)> damaged;        ///< each time that it is not
        std::function<bool()> postponed; ///< the store is being replaced: not now
    };

    /// `part`: "state" or "log", in logs and metrics. The first pass begins anywhere in a period, by
    /// `random`: replicas that are started together should not all find something together. All references
    /// outlive it.
    Scrubber(const std::string& group, const std::string& part, Pace pace, base::Worker& worker,
             base::Scheduler& scheduler, base::Random& random, base::Metrics& metrics, Hooks hooks);
    ~Scrubber();

    void start();
    void halt();

    /// When everything was last found to be right; nothing: not since the start.
    std::optional<base::WallTime> verified_at() const { return verified_at_; }

private:
    void wait(base::Duration delay);
    void read();
    void done(const storage::Scrubbed& scrubbed, const std::exception_ptr& failure);
    void pass_ended(bool found_damage);

    struct Meters;
    const std::string group_;
    const std::string part_;
    const Pace pace_;
    base::Worker& worker_;
    base::Scheduler& scheduler_;
    base::Random& random_;
    std::unique_ptr<Meters> meters_;
    Hooks hooks_;

    base::TimePoint pass_began_{};
    bool passing_ = false;
    std::optional<base::WallTime> verified_at_;
    std::unique_ptr<base::Timer> timer_;
    std::shared_ptr<Scrubber*> self_;
};

} // namespace bookstore::replication
