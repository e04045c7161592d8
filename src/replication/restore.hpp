#pragma once
/// \file
/// What the disk held when the process started, checked for contradictions and brought to one position.
#include <optional>

#include <bookstore/consensus/raft.hpp>
#include <bookstore/replication/identity.hpp>
#include <bookstore/replication/replica.hpp>

namespace bookstore::replication {

struct Loaded {
    Identity identity;
    consensus::Restored restored; ///< without meaning until the identity is formed
    storage::StateStore::Position state;
    bool contents_lost = false; ///< of what the log begins behind: `state` is where that is, `machine` empty
};

/// Fills `machine`, gives a new data directory its identity, and drops a log that the state has overtaken.
/// A damaged state is set aside, and lost if the log does not hold all of it. A log that is damaged or gone
/// is set aside with the state: the replica gets an identity that has to join, unless it is alone in its
/// group. Blocking: for the start, before the workers have anything to do. Throws std::runtime_error when
/// what the disk holds cannot be trusted, or contradicts options.first_start; the disk is then as it was.
Loaded load_from_disk(const ReplicaOptions& options, const Environment& environment,
                      base::StateMachine& machine);

} // namespace bookstore::replication
