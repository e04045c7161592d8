#pragma once
/// \file
/// The follower's side of a snapshot that is coming: pieces into a file, until all are there.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include <bookstore/base/scheduler.hpp>
#include <bookstore/base/worker.hpp>
#include <bookstore/storage/snapshot_store.hpp>

#include "replication/snapshot_chunk.hpp"
#include "replication/snapshot_install.hpp"
#include "replication/snapshot_room.hpp"

namespace bookstore::replication {

/// Loop thread only; the file is written on the worker. One snapshot at a time; another one takes the place
/// of one that was not complete. What has come outlives the connection and the process.
class SnapshotReceiver : public std::enable_shared_from_this<SnapshotReceiver> {
public:
    using Answer = base::result<SnapshotProgress>;
    /// What would make this snapshot useless or unsafe: nothing; what is held already; or a refusal.
    using Objection = std::function<std::optional<Answer>(const SnapshotHeader&)>;

    /// All references outlive it.
    SnapshotReceiver(storage::SnapshotStore& store, base::Worker& worker, SnapshotRoom room,
                     base::Scheduler& scheduler, Objection objection,
                     std::shared_ptr<SnapshotInstall> install);

    /// One piece, which is `data`. One that is not the next is no failure: the answer says which is.
    /// Refused: overloaded (another is being written), not_ready (it cannot be written, see account()).
    static boost::asio::awaitable<Answer> receive(std::shared_ptr<SnapshotReceiver> self,
                                                  SnapshotHeader header, std::uint64_t offset,
                                                  std::string data);
    bool installing() const { return install_->running(); }
    /// What is being received, or why it cannot be; empty: nothing is.
    std::string account() const;
    /// This replica needs no snapshot any more.
    void forget();
    void close();

private:
    boost::asio::awaitable<base::result<std::uint64_t>> write(std::function<std::uint64_t()> job);
    std::function<std::uint64_t()> resuming(const SnapshotHeader& header) const;
    std::function<std::uint64_t()> appending(std::string data) const;

    storage::SnapshotStore& store_;
    base::Worker& worker_;
    const SnapshotRoom room_;
    base::Scheduler& scheduler_;
    const Objection objection_;
    std::shared_ptr<SnapshotInstall> install_;

    std::optional<SnapshotHeader> current_;
    std::uint64_t done_ = 0;            ///< bytes of it that are in the file
    bool writing_ = false;              ///< a job is under way
    std::string trouble_;               ///< why the last one failed
    std::unique_ptr<base::Timer> idle_; ///< nobody sends any more
    bool closed_ = false;
};

} // namespace bookstore::replication
