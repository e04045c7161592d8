#pragma once
/// \file
/// The leader's side of the log: sending it, hearing how far it got, committing (3.5, 3.6, 10.2.1).
#include "consensus/core.hpp"

namespace bookstore::consensus {

/// Sends `member` what it lacks, as far as its pipeline has room. That a command is committed is told by what
/// is sent next, be it a heartbeat: a message for that alone costs both sides as much as one with entries. At
/// once it is told to who is eager to hear, and of what others act on: a new leader's first entry, a
/// configuration.
void replicate(Core& core, Progress& member);
void replicate_to_all(Core& core);

/// An empty request: proves leadership, finds out what was lost, carries the commit index.
void send_heartbeat(Core& core, Progress& member);

void on_news_wanted(Core& core, NodeId by);
void on_append_reply(Core& core, NodeId from, Term term, const AppendReply& reply);
void on_snapshot_sent(Core& core, const SnapshotSent& sent);
/// What was on its way to `peer` is probably lost.
void on_follower_lost(Core& core, NodeId peer);

/// Commits what a majority holds durably, this node's own disk counting like any other.
void advance_commit(Core& core);

} // namespace bookstore::consensus
