#pragma once
/// \file
/// Which newcomer takes whose place: the leader's next change of membership, if one is due.
#include <optional>

#include <bookstore/base/time.hpp>
#include <bookstore/consensus/raft.hpp>

namespace bookstore::replication {

/// A slot is one process: when another node lives there, the former's disk is lost. The newcomer becomes a
/// learner; when it has caught up the former is removed, and the newcomer promoted: in this order, because
/// the majority that must answer never grows by one that may not be there. A learner whose disk is
/// lost too is succeeded in the same way. A newcomer in a slot without a member takes that place, once it has
/// been a guest for `patience`: who was removed from there is a guest, too, until it hears of it.
///
/// Nobody is removed who has answered within `patience`. Only what the core has no objection to. Pure.
std::optional<consensus::Change> next_succession(const consensus::Raft& raft, base::Duration patience);

} // namespace bookstore::replication
