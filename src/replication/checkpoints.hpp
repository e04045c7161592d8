#pragma once
/// \file
/// When to make the state durable, and how far the log may be cut after it.
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include <bookstore/base/worker.hpp>
#include <bookstore/storage/state_store.hpp>

namespace bookstore::replication {

/// Where the log may be cut so that a given number of bytes stays behind it: marks along the applied log.
class LogTail {
public:
    explicit LogTail(std::size_t keep_bytes);

    void applied(std::uint64_t index, std::size_t bytes);
    /// The highest index that leaves at least keep_bytes of applied log above it; 0: none.
    std::uint64_t cut() const;
    /// The log starts anew behind a snapshot.
    void clear();

private:
    struct Mark {
        std::uint64_t index = 0;
        std::uint64_t total = 0; ///< bytes applied up to and with the index
    };
    std::size_t keep_bytes_;
    std::uint64_t total_ = 0;
    std::deque<Mark> marks_; ///< a bounded number: a step of keep_bytes / 64 apart
};

/// Loop thread only. A checkpoint each `checkpoint_bytes` of applied log; compaction a little at a time,
/// because it goes through the same queue as every batch.
class Checkpoints {
public:
    struct Hooks {
        /// The state is durable up to `index`, which leaves enough of a tail: the log may be cut up to it.
        std::function<void(std::uint64_t index)> compact;
        std::function<void(const std::string& cause)> failed;
        /// A checkpoint is about to be asked for: what is applied had better be in the store.
        std::function<void()> flush;
    };

    Checkpoints(storage::StateStore& store, base::Worker& worker, std::size_t checkpoint_bytes,
                std::size_t log_keep_bytes, Hooks hooks);
    ~Checkpoints();

    /// An entry that was in the log already when this replica started.
    void restored(std::uint64_t index, std::size_t bytes) { tail_.applied(index, bytes); }
    void applied(std::uint64_t index, std::size_t bytes);
    /// Checkpoints and compacts if that is due. Not from inside the application of entries.
    void run();
    void snapshot_installed() { tail_.clear(); }

private:
    void checkpoint();
    void done(std::uint64_t durable_index, std::exception_ptr failure);
    void compact();

    storage::StateStore& store_;
    base::Worker& worker_;
    std::size_t checkpoint_bytes_;
    LogTail tail_;
    Hooks hooks_;
    std::size_t since_bytes_ = 0;
    bool running_ = false;
    std::uint64_t durable_ = 0; ///< the state's last checkpoint
    std::uint64_t cut_ = 0;     ///< asked for last
    std::shared_ptr<Checkpoints*> self_;
};

} // namespace bookstore::replication
