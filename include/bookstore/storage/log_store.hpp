#pragma once
/// \file
/// The durable Raft log with its term and vote. Behind an interface, so that a simulator's disk can take the
/// place of the real one.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <bookstore/storage/damaged.hpp>
#include <bookstore/storage/scrubbed.hpp>

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

    bool operator==(const VoteRecord&) const = default;
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
    std::optional<std::string> metadata = {}; ///< small bytes of the layer above, e.g. who the members are
};

struct LoadedLog {
    VoteRecord vote;
    std::uint64_t base_index = 0; ///< last index that has been compacted away (0: none)
    std::uint64_t base_term = 0;
    std::vector<LogRecord> records; ///< base_index + 1 ...
    std::string metadata;           ///< as last written; empty in a new store
    bool another_set_aside = false; ///< a damaged one lies beside it, as set_aside() leaves it
};

/// Thread: any one at a time; in production the log's worker, but for load() before it starts. Only scrub()
/// may be called from a second thread meanwhile.
/// Damaged is said of bytes alone: those that are there are not those that were written, or some are missing.
/// A disk that cannot be read (std::system_error) may be readable another time, and a log that another
/// program wrote (std::runtime_error) is whole: neither is Damaged, and nobody sets such a log aside. Every
/// failure throws std::runtime_error (or derived) that names the file and the cause; after a failed write the
/// store refuses every further one: what the disk holds is not known any more.
class LogStore {
public:
    virtual ~LogStore() = default;

    /// Comes first. What it returns is durable, whatever had been of what an earlier process wrote.
    /// Of the step that was being written when that process ended, all is there or nothing. Bytes that
    /// changed, or are missing, are Damaged, which names the file and what of it, and says what an operator
    /// has to do. There is no mending a log: votes may be gone with it.
    virtual LoadedLog load() = 0;
    /// Durable on return (written and synced).
    virtual void write(const LogWrite& step) = 0;

    /// Reads from the disk what is known to be durable, the next `max_bytes` or a little more of it, and
    /// verifies it. Damaged as load(), without harm to a write under way. After load(), any one thread,
    /// also while another one writes.
    virtual Scrubbed scrub(std::size_t max_bytes) = 0;

    /// For a store whose load() has thrown Damaged: keeps what is there beside it for an operator to look at,
    /// and begins anew, empty: load() comes next. One is kept, the latest that tells of entries: a log that
    /// has got no further than a name does not take the place of one that held some, but goes. Returns the
    /// name of the one that is kept.
    virtual std::string set_aside() = 0;
};

/// The folder `log` in `directory`, which is made: segments of some megabytes, each filled with zeros before
/// it is used, so that a step is one write and one sync that changes no file's length. `directory` is locked
/// against a second store. Compaction removes whole segments, so up to one more than asked stays on disk.
/// A directory with the log of an earlier format is refused.
/// What load() takes for a step that a crash has cut off, and what for damage: docs/architecture.md.
std::unique_ptr<LogStore> open_log(const std::string& directory);

/// What load() would return, of a log that no process has open. Changes and locks nothing. Damaged as load(),
/// but for the advice; std::system_error when there is no log.
LoadedLog inspect_log(const std::string& directory);

} // namespace bookstore::storage
