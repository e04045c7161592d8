#pragma once
/// \file
/// How recently a majority is known to have followed this leader, and what it may conclude (6.4.1).
#include "consensus/core.hpp"

namespace bookstore::consensus {

/// Within T.
bool answers(const Core& core, const Progress& member);

/// The latest moment at which, or after which, each of a majority took this node for its leader. Never:
/// TimePoint{}.
base::TimePoint majority_heard(const Core& core);

/// Until when no other node can lead: each of a majority refuses others its vote for T after it heard this
/// leader, by its own clock.
base::TimePoint lease_until(const Core& core);

} // namespace bookstore::consensus
