#pragma once
/// \file
/// The leader's side of a snapshot: the state in a file, sent in pieces to whoever the log cannot help.
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
#include <bookstore/storage/snapshot_store.hpp>

#include "replication/peers.hpp"
#include "replication/snapshot_chunk.hpp"
#include "replication/snapshot_room.hpp"

namespace bookstore::replication {

/// Loop thread only; the file is made and read on the worker. One transfer to a peer at a time, one piece of
/// each in memory, and one file for all of them. The file stays a while after a transfer broke off, so that
/// the next one can go on where that stopped.
class SnapshotSender : public std::enable_shared_from_this<SnapshotSender> {
public:
    struct Hooks {
        /// Fills in who sends, in which term, and the configuration; nothing when this replica leads no more.
        std::function<std::optional<SnapshotHeader>(std::uint64_t index)> header;
        std::function<void(consensus::SnapshotSent)> sent;
        std::function<void(const std::string& cause)> damaged; ///< the state that it is made of
    };

    /// All references outlive it, until close().
    SnapshotSender(storage::SnapshotStore& store, base::Worker& worker, SnapshotRoom room,
                   std::size_t piece_bytes, Peers& peers, net::Transport& transport,
                   base::Scheduler& scheduler, boost::asio::any_io_executor executor, Hooks hooks);

    /// Sends the state to `to`, unless that is under way. `first_index`: of the log, which must follow the
    /// snapshot. Hooks::sent says how it ended; of a failure it says so only after a pause.
    void send(consensus::NodeId to, consensus::LogIndex first_index);
    void close();

    /// While there is a snapshot, the log above this index must stay, or it would have been in vain.
    std::optional<std::uint64_t> needed_above() const;

private:
    using Progress = base::result<SnapshotProgress>;
    using Stage = SnapshotProgress::Stage;
    struct Transfer {
        bool running = false;
        std::unique_ptr<base::Timer> pause; ///< after a failure
    };

    void make_step();
    void step_made(const storage::SnapshotStore::Made& made, const std::exception_ptr& failure);
    void give_up(const std::string& cause);
    void start(consensus::NodeId to);
    static boost::asio::awaitable<void> transfer(std::shared_ptr<SnapshotSender> self, consensus::NodeId to);
    boost::asio::awaitable<base::result<Stage>> send_pieces(consensus::NodeId to, std::uint64_t& sent_bytes);
    boost::asio::awaitable<Progress> send_piece(consensus::NodeId to, std::uint64_t offset,
                                                std::string piece);
    boost::asio::awaitable<base::result<std::string>> read_piece(std::uint64_t offset);
    void succeeded(consensus::NodeId to, std::uint64_t sent_bytes);
    void failed(consensus::NodeId to, const std::string& cause);
    bool any_running() const;
    void drop_or_keep();
    void drop();

    storage::SnapshotStore& store_;
    base::Worker& worker_;
    const SnapshotRoom room_;
    const std::size_t piece_bytes_;
    Peers& peers_;
    net::Transport& transport_;
    base::Scheduler& scheduler_;
    boost::asio::any_io_executor executor_;
    Hooks hooks_;

    std::map<consensus::NodeId, Transfer> transfers_;     ///< asked for, and not answered by Hooks::sent
    std::map<consensus::NodeId, std::string> last_cause_; ///< of a failure: named once, not at each attempt
    bool making_ = false;
    std::optional<storage::StateStore::Position>
        position_;                                 ///< of the snapshot that is made, or is being made
    std::optional<storage::SnapshotSummary> made_; ///< when it is complete
    std::unique_ptr<base::Timer> keep_;            ///< nobody reads it; until then it stays
    bool closed_ = false;
};

} // namespace bookstore::replication
