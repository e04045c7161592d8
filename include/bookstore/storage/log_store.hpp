#pragma once
/// \file
/// The durable Raft log with its term and vote. Behind an interface, so that another format (or the
/// simulator's disk) can take the place of SQLite.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/storage/damaged.hpp>

namespace bookstore::storage {

/// Storage knows indexes and terms as numbers and payloads as bytes; consensus gives them meaning.
struct LogRecord {
    std::uint64_t index = 0;
    std::uint64_t term = 0;
    std::uint8_t kind = 0;
    std::shared_ptr<const std::string> payload; ///< never null
};

struct VoteRecord {
    std::uint64_t term = 0;
    std::uint64_t vote = 0; ///< 0: none
};

/// One durable step: everything in it, or nothing, in this order.
struct LogWrite {
    std::optional<VoteRecord> vote = {};
    std::optional<std::uint64_t> truncate_from = {}; ///< erase this index and all above
    std::vector<LogRecord> append = {};              ///< consecutive, right after the last index that remains
    std::optional<std::uint64_t> compact_to = {};    ///< erase this index and all below; remembers its term
    /// The log restarts behind a snapshot: everything is erased, the next index is base_index + 1.
    struct Reset {
        std::uint64_t base_index = 0;
        std::uint64_t base_term = 0;
    };
    std::optional<Reset> reset = {};
    std::optional<std::string> metadata = {}; ///< as write_metadata(), together with the rest
};

struct LoadedLog {
    VoteRecord vote;
    std::uint64_t base_index = 0; ///< last index that has been compacted away (0: none)
    std::uint64_t base_term = 0;
    std::vector<LogRecord> records; ///< base_index + 1 ...
    std::string metadata;           ///< as last given to write_metadata; empty in a new store
};

/// Thread: any one at a time; in production the log's worker, but for load() before it starts.
/// Every failure throws std::runtime_error (or derived) that names the file and the cause; after a failed
/// write the store refuses every further one: what the disk holds is not known any more.
class LogStore {
public:
    virtual ~LogStore() = default;

    /// Verifies checksums and that indexes are consecutive: a gap or a flipped bit is Damaged, which says
    /// what an operator has to do. There is no mending a log: votes may be gone with it.
    virtual LoadedLog load() = 0;
    /// Durable on return (written and synced).
    virtual void write(const LogWrite& step) = 0;
    /// Small bytes the layer above keeps beside the log, e.g. who the members are. Durable on return.
    virtual void write_metadata(std::string_view bytes) = 0;
};

/// `log.db` in `directory`: SQLite, WAL, synchronous=FULL. Locked exclusively: `sqlite3` can look into it
/// when the process has ended. What an earlier process left behind, synced or not, is durable when this
/// returns. Indexes and terms are below 2^63. Damaged as load().
std::unique_ptr<LogStore> open_sqlite_log(const std::string& directory);

} // namespace bookstore::storage
