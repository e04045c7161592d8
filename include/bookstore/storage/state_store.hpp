#pragma once
/// \file
/// A state machine's rows on disk: `state.db`, in tables that `sqlite3` shows an operator as they are.
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <bookstore/base/state_machine.hpp>
#include <bookstore/base/table.hpp>
#include <bookstore/storage/damaged.hpp>
#include <bookstore/storage/scrubbed.hpp>

namespace bookstore::storage {

/// Thread: any one at a time; in production the state's worker, but for load() before it starts.
/// Every failure throws std::runtime_error (or derived) that names the file and the cause; after a failed
/// write the store refuses every further one: what came after would be written without what was lost.
class StateStore {
public:
    virtual ~StateStore() = default;

    struct Position {
        std::uint64_t index = 0; ///< applied index
        std::uint64_t term = 0;
    };

    /// Gives every row to `machine` (cleared first) and returns the applied index and term it stands at.
    /// Damaged when what is stored cannot be read, `machine` refuses a row, or the rows do not add up to the
    /// digest that was stored with them: it holds a part then, or what it should not.
    virtual Position load(base::StateMachine& machine) = 0;

    /// For a store whose load() has thrown Damaged: keeps what is there beside it for an operator to look at,
    /// in place of what was kept so before, and begins anew, empty, at position 0. Returns its name.
    virtual std::string set_aside() = 0;

    /// The changes, the new position and the digest of the state there (base::StateMachine::digest()), in one
    /// transaction. Not synced: a power cut may take it back to the last checkpoint, and the log replays the
    /// rest.
    virtual void apply(const base::RowChanges& changes, Position position, std::uint64_t digest) = 0;

    /// Reads some of the rows back, about `max_bytes` more of them at each call and all of them in the end,
    /// whatever is applied meanwhile. Damaged when they are not those that were applied: then, as after the
    /// last piece, the next call begins anew.
    virtual Scrubbed scrub(std::size_t max_bytes) = 0;

    /// Makes everything applied so far durable; the log may be cut up to the returned position. That is an
    /// earlier one when somebody reads (an operator's sqlite3, SnapshotStore::make()): no failure, but
    /// logged. Nothing else shortens the write-ahead log, so call it regularly.
    virtual Position checkpoint() = 0;

    /// Puts the state that SnapshotStore::build() has completed in the place of this one, durably, and
    /// returns its position. A crash at any moment leaves the one or the other, whole.
    virtual Position install() = 0;
};

/// `state.db` in `directory`: SQLite, WAL, synchronous=NORMAL. `tables` as the state machine's; the spans
/// live as long as the store. A newer schema version than `schema_version` is refused; what older ones need
/// is migrated forward by `migrate(from)`, which gives the SQL of one step, from version `from` to `from +
/// 1`. A file that is damaged beyond opening is set aside at once, and named in the log.
std::unique_ptr<StateStore> open_sqlite_state(const std::string& directory,
                                              std::span<const base::Table> tables, int schema_version = 1,
                                              std::function<std::string(int from)> migrate = {});

/// Reads all of `state.db` in `directory`, which no process uses, as a start would: SQLite's own check of the
/// file first, then every row. Fills `machine` and gives the position. Damaged when the file is, with what
/// is wrong in it; nothing is set aside and nothing is changed, but that what a crash has left of an
/// installation is finished first, as a start would. Blocks.
StateStore::Position check_sqlite_state(const std::string& directory, base::StateMachine& machine);

} // namespace bookstore::storage
