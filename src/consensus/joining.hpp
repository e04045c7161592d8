#pragma once
/// \file
/// Learners that nobody configured: one asks, and the leader sends it everything until it falls silent.
#include "consensus/core.hpp"

namespace bookstore::consensus {

/// The node is no voter and hears no leader: asks every voter, one of which leads.
void ask_to_join(Core& core);
void on_join_request(Core& core, NodeId from);

} // namespace bookstore::consensus
