#pragma once
/// \file
/// Doing what a leader says (3.5), and taking its snapshot (5).
#include "consensus/core.hpp"

namespace bookstore::consensus {

void on_append_request(Core& core, NodeId from, Term term, AppendRequest request);

/// Would a snapshot up to (`index`, `term`) bring this node anything that it has not?
bool wants_snapshot(const Core& core, LogIndex index, Term term);
void on_snapshot_installed(Core& core, SnapshotInstalled snapshot);

} // namespace bookstore::consensus
