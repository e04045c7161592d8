#pragma once
/// \file
/// Beginning to lead, and what a leader does as time passes.
#include "consensus/core.hpp"

namespace bookstore::consensus {

/// A majority's votes are in: a noop of the new term, to everybody at once (3.6.2, 6.4).
void begin_leadership(Core& core);

void on_proposed(Core& core, Proposed proposed);

/// Heartbeats; check-quorum; learners that fell silent; a hand-over that takes too long.
void lead_on(Core& core);

/// When lead_on() is due.
base::TimePoint next_duty(const Core& core);

} // namespace bookstore::consensus
