#pragma once
/// \file
/// A group that begins anew from what one replica holds: after its majority was lost for good, or from a
/// backup. Pure: what the log must be told, in one durable step.
#include <cstddef>
#include <cstdint>

#include <bookstore/base/random.hpp>
#include <bookstore/replication/identity.hpp>
#include <bookstore/storage/log_store.hpp>
#include <bookstore/storage/state_store.hpp>

namespace bookstore::replication {

struct Refounding {
    Identity identity;
    storage::LogWrite write; ///< before it the replica is what it was, after it the one member of the group
};

/// `log` as loaded, `former` the identity in it, which is formed. Everything in the log is kept, committed or
/// not: it may have been acknowledged. The replica gets another node id, so that no voice of its former life
/// counts; whoever was a member with it belongs to an earlier generation, and joins empty.
Refounding refound(const Identity& former, const storage::LoadedLog& log, base::Random& random);

/// For a new log behind a state at `position`, which was written by a group of `generation`. `slot` of
/// `slots` is this replica's.
Refounding found_behind(storage::StateStore::Position position, std::uint64_t generation, unsigned slot,
                        std::size_t slots, base::Random& random);

} // namespace bookstore::replication
