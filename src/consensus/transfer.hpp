#pragma once
/// \file
/// Handing leadership over (3.10).
#include "consensus/core.hpp"

namespace bookstore::consensus {

/// The voter that is furthest, of those that answer; null: none does. As leader.
const Progress* furthest(const Core& core);

void on_transfer_asked(Core& core, NodeId to);
void on_timeout_now(Core& core, NodeId from, Term term);

/// Tells the successor to stand as soon as it holds everything.
void tell_successor(Core& core);

/// Leads on when a hand-over has not come about within T.
void end_overdue_transfer(Core& core);

/// A leader that would rather not be, because it is reluctant or its disk is stuck, looks for a successor.
void consider_hand_over(Core& core);

} // namespace bookstore::consensus
