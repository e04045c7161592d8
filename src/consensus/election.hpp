#pragma once
/// \file
/// Becoming leader: pre-vote (9.6), vote (3.4), stickiness (4.2.3). A vote counts, the own one too, when it
/// is durable and not before.
#include "consensus/core.hpp"

namespace bookstore::consensus {

/// Asks who would vote for this node; changes nothing anywhere.
void begin_pre_vote(Core& core);

/// Takes the next term and asks for votes. `transfer`: the leader of the present term has given up its lease
/// and wants this, so voters need not protect it.
void stand(Core& core, bool transfer);

void on_vote_request(Core& core, NodeId from, Term term, const VoteRequest& request);
void on_vote_reply(Core& core, NodeId from, Term term, const VoteReply& reply);

/// The own vote may have become durable.
void count_votes(Core& core);

/// The connection to the leader broke as when its process dies: waits no longer than voters must refuse.
void on_peer_lost(Core& core, NodeId peer);

} // namespace bookstore::consensus
