#pragma once
/// \file
/// The leader's side of a snapshot: the state as one blob, sent in chunks to whoever the log cannot help.
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <bookstore/base/scheduler.hpp>
#include <bookstore/base/worker.hpp>
#include <bookstore/consensus/event.hpp>
#include <bookstore/net/transport.hpp>
#include <bookstore/storage/state_store.hpp>

#include "replication/peers.hpp"
#include "replication/snapshot_chunk.hpp"

namespace bookstore::replication {

/// Loop thread only. One transfer to a peer at a time, and one blob for all of them.
class SnapshotSender : public std::enable_shared_from_this<SnapshotSender> {
public:
    struct Hooks {
        /// What the store holds once the jobs submitted so far have run.
        std::function<storage::StateStore::Position()> submitted;
        /// Fills in who sends, in which term, and the configuration; nothing when this replica leads no more.
        std::function<std::optional<SnapshotHeader>(std::uint64_t index)> header;
        std::function<void(consensus::SnapshotSent)> sent;
        std::function<void(const std::string& cause)> failed; ///< the store
    };

    /// All references outlive it, until close().
    SnapshotSender(storage::StateStore& store, base::Worker& worker, Peers& peers, net::Transport& transport,
                   base::Scheduler& scheduler, boost::asio::any_io_executor executor, Hooks hooks);

    /// Sends the state to `to`, unless that is under way. `first_index`: of the log, which must follow the
    /// blob.
    void send(consensus::NodeId to, consensus::LogIndex first_index);
    void close() { closed_ = true; }

    /// While transfers run, the log above this index must stay, or they would have been in vain.
    std::optional<std::uint64_t> needed_above() const;

private:
    struct Blob {
        storage::StateStore::Position position;
        std::string bytes;
        std::uint64_t hash = 0;
    };
    void make_blob();
    void blob_made(std::shared_ptr<Blob> blob, std::exception_ptr failure);
    void start(consensus::NodeId to);
    static boost::asio::awaitable<void> transfer(std::shared_ptr<SnapshotSender> self, consensus::NodeId to,
                                                 std::shared_ptr<const Blob> blob);
    boost::asio::awaitable<bool> send_chunks(consensus::NodeId to, std::shared_ptr<const Blob> blob);
    boost::asio::awaitable<base::result<SnapshotProgress>>
    send_piece(consensus::NodeId to, std::shared_ptr<const Blob> blob, std::uint64_t offset);
    void finished(consensus::NodeId to, consensus::LogIndex last_index, bool success);

    storage::StateStore& store_;
    base::Worker& worker_;
    Peers& peers_;
    net::Transport& transport_;
    base::Scheduler& scheduler_;
    boost::asio::any_io_executor executor_;
    Hooks hooks_;

    std::map<consensus::NodeId, bool> transfers_; ///< true: has its blob and runs
    std::shared_ptr<const Blob> blob_;            ///< while transfers use it
    bool making_ = false;
    bool closed_ = false;
};

} // namespace bookstore::replication
