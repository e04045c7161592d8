#pragma once
/// \file
/// A replica's part of a backup: a snapshot of its group's state in a file, made off the loop, handed out
/// piece by piece, and kept for a bounded time.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <boost/asio/awaitable.hpp>

#include <bookstore/base/worker.hpp>
#include <bookstore/replication/replica.hpp>
#include <bookstore/roles/node.hpp>
#include <bookstore/storage/snapshot.hpp>

namespace bookstore::roles {

/// Thread: the loop. One backup at a time. What it is given outlives it.
class BackupSource {
public:
    static constexpr std::size_t piece_bytes = 1u << 20;
    static constexpr base::Duration kept_for = base::seconds(60);   ///< after it was last asked for
    static constexpr base::Duration in_use_for = base::seconds(10); ///< then it gives way to the next one

    using MakeWorker = std::function<std::unique_ptr<base::Worker>()>;

    /// `folder`: of the group; what an earlier life left there is removed by the first backup. `make_worker`:
    /// what files are written and read on, asked for by the first backup, too.
    BackupSource(const World& world, replication::Engine& engine, std::filesystem::path folder,
                 std::span<const base::Table> tables, MakeWorker make_worker);
    /// With a thread of its own.
    BackupSource(const World& world, replication::Engine& engine, std::filesystem::path folder,
                 std::span<const base::Table> tables);
    ~BackupSource();

    struct Made {
        bool complete = false;
        std::uint64_t generation = 0;
        storage::SnapshotSummary summary; ///< right when it is complete
    };

    /// Begins a snapshot of a state at least as new as all that was answered before the call, and gives its
    /// name. overloaded while another is in use: it was asked for within in_use_for; not_ready without a
    /// leader.
    boost::asio::awaitable<base::result<std::string>> begin(base::TimePoint deadline);
    /// not_found: given up, or another's; storage_failed: it cannot be made.
    base::result<Made> look(const std::string& name);
    /// At most piece_bytes from `offset` on; nothing behind the end. not_ready until it is complete.
    boost::asio::awaitable<base::result<std::string>> read(std::string name, std::uint64_t offset);
    void drop(const std::string& name);

private:
    struct Current;
    void start_worker();
    void make(std::shared_ptr<Current> current);
    void make_later(const std::shared_ptr<Current>& current);
    void keep(const std::shared_ptr<Current>& current);
    std::shared_ptr<Current> find(const std::string& name);
    void give_up();

    World world_;
    replication::Engine& engine_;
    const std::filesystem::path folder_;
    const std::span<const base::Table> tables_;
    const MakeWorker make_worker_;
    std::shared_ptr<Current> current_;   ///< shared with the worker's job
    std::unique_ptr<base::Timer> timer_; ///< then it is given up
    std::unique_ptr<base::Timer> again_;
    std::unique_ptr<base::Worker> worker_; ///< from the first backup on
    std::shared_ptr<BackupSource*> self_;
};

} // namespace bookstore::roles
