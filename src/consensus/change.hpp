#pragma once
/// \file
/// Changing who counts, one server at a time (chapter 4).
#include "consensus/core.hpp"

namespace bookstore::consensus {

/// Why `change` may not be made now; nothing when it may.
std::optional<Objection> objection_to(const Core& core, const Change& change);

/// Appends the configuration, which counts from here on. Nothing happens when there is an objection.
void on_change_asked(Core& core, const Change& change);

/// A member without a vote acknowledged something: has it caught up? The rounds of 4.2.1: it has when it
/// takes less than T to get what the log held as the round began.
void watch_catching_up(Core& core, Progress& member);

/// Once its own removal is committed, a leader names a successor and steps down (4.2.2).
void leave_when_removed(Core& core);

} // namespace bookstore::consensus
