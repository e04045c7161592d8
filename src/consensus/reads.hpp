#pragma once
/// \file
/// Linearizable reads without an entry in the log (6.4): by lease, or by a round of heartbeats.
#include "consensus/core.hpp"

namespace bookstore::consensus {

void on_read_asked(Core& core, const ReadAsked& read);

/// A member answered: reads whose round a majority has confirmed are answered.
void answer_confirmed_reads(Core& core);

} // namespace bookstore::consensus
