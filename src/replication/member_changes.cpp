#include "replication/member_changes.hpp"

#include <utility>

namespace bookstore::replication {
namespace {

/// The same change may be made a moment later.
bool passes(consensus::Objection objection) {
    return objection == consensus::Objection::busy || objection == consensus::Objection::too_early ||
           objection == consensus::Objection::handing_over;
}

} // namespace

base::result<net::Promise<MemberChanges::Answer>> MemberChanges::add(consensus::Change change,
                                                                     base::TimePoint deadline) {
    if (waiting_.size() >= waiting_max) return base::Errc::overloaded;
    auto waiting = std::make_shared<Waiting>();
    waiting->change = change;
    waiting->expiry = deadlines_.add(deadline, [this, expired = waiting.get()] {
        expired->promise.set(base::Errc::timed_out); // the key is dead: nothing removes it again
        std::erase_if(waiting_, [&](const auto& other) { return other.get() == expired; });
        if (given_ && given_->waiting.get() == expired) given_.reset();
    });
    waiting_.push_back(waiting);
    return waiting->promise;
}

void MemberChanges::committed(consensus::LogIndex index) {
    if (given_ && given_->index <= index) settle(std::exchange(given_, {})->waiting, ChangeOutcome{});
}

void MemberChanges::look(const consensus::Raft& raft) {
    while (!given_ && !waiting_.empty()) {
        const auto objection = raft.objection_to(waiting_.front()->change);
        if (!objection || passes(*objection)) return;
        const auto refused = std::move(waiting_.front());
        waiting_.pop_front();
        settle(refused, ChangeOutcome{objection});
    }
}

std::optional<consensus::Change> MemberChanges::take(const consensus::Raft& raft) {
    if (given_ || waiting_.empty() || raft.objection_to(waiting_.front()->change)) return std::nullopt;
    given_ = Given{std::move(waiting_.front()), raft.last_index() + 1};
    waiting_.pop_front();
    return given_->waiting->change;
}

void MemberChanges::fail(base::Errc refusal) {
    if (auto given = std::exchange(given_, {})) settle(given->waiting, base::Errc::outcome_unknown);
    for (const auto& waiting : std::exchange(waiting_, {}))
        settle(waiting, refusal);
}

void MemberChanges::settle(const std::shared_ptr<Waiting>& waiting, Answer answer) {
    deadlines_.remove(waiting->expiry);
    waiting->promise.set(std::move(answer));
}

} // namespace bookstore::replication
