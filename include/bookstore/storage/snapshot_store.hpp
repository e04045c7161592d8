#pragma once
/// \file
/// The snapshots in a group's folder: one that is made of the state here, for others, and one that comes
/// from another replica and becomes the state.
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <bookstore/base/table.hpp>
#include <bookstore/storage/snapshot.hpp>
#include <bookstore/storage/state_store.hpp>

namespace bookstore::storage {

/// Whatever takes long is done in steps of about a megabyte or less, so that it can be given up between two,
/// and needs no more memory than that.
///
/// Thread: any one at a time; in production the snapshots' worker, beside the state's own. Every failure
/// throws std::runtime_error (or derived) that names the file and the cause: nothing of the state is lost
/// with it, and another attempt may be made.
class SnapshotStore {
public:
    virtual ~SnapshotStore() = default;

    /// A state on its way into a snapshot.
    struct Made {
        bool complete = false;
        SnapshotSummary summary; ///< its position from the first step on; all of it when complete
    };
    /// The next step in making one of the state as it was committed at the first. Until the last step the
    /// state's checkpoints make nothing durable. When it is complete it stays until drop_made().
    virtual Made make() = 0;
    /// Of the one that is complete: as many bytes as there are from `offset` on, at most `bytes`.
    virtual std::string read_made(std::uint64_t offset, std::size_t bytes) = 0;
    /// Removes it, complete or not. The next make() begins another.
    virtual void drop_made() = 0;

    /// How much has come of the snapshot that goes by `label`, in an earlier life perhaps. What has come of
    /// any other is removed.
    virtual std::uint64_t resume(std::string_view label) = 0;
    /// The next bytes of it.
    virtual void append(std::string_view piece) = 0;
    /// The next step in verifying it and building a state from it, beside the one in use. Complete: ready for
    /// StateStore::install(). Damaged: it will never be; drop it.
    virtual Made build() = 0;
    /// The next rows of it, and nothing behind the last.
    using Rows = std::vector<std::pair<std::uint8_t, base::Row>>;
    virtual std::optional<Rows> next_rows() = 0;
    /// Removes it, and what was built of it and not installed.
    virtual void drop_received() = 0;
};

/// Of the `state.db` in `directory`, which the state's store has opened. Removes what an earlier life left,
/// but for a snapshot that was being received. `tables` and `schema_version` as the state's; the spans live
/// as long as the store.
std::unique_ptr<SnapshotStore> open_sqlite_snapshots(const std::string& directory,
                                                     std::span<const base::Table> tables,
                                                     int schema_version = 1);

} // namespace bookstore::storage
