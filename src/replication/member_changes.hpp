#pragma once
/// \file
/// An administrator's changes of membership, as they wait for their turn and for their commit.
#include <deque>
#include <memory>
#include <optional>

#include <bookstore/consensus/raft.hpp>
#include <bookstore/net/promise.hpp>
#include <bookstore/replication/replica.hpp>

#include "replication/deadlines.hpp"

namespace bookstore::replication {

/// Loop thread only. One change is under way at a time.
class MemberChanges {
public:
    static constexpr std::size_t waiting_max = 16;
    using Answer = base::result<ChangeOutcome>;

    explicit MemberChanges(Deadlines& deadlines) : deadlines_(deadlines) {}
    ~MemberChanges() { fail(base::Errc::stopping); }
    MemberChanges(const MemberChanges&) = delete;
    MemberChanges& operator=(const MemberChanges&) = delete;

    /// Errc::overloaded.
    base::result<net::Promise<Answer>> add(consensus::Change change, base::TimePoint deadline);

    /// Answers the change under way if it is up to there.
    void committed(consensus::LogIndex index);
    /// Answers the next ones while the core objects to them for a reason that does not pass. As leader.
    void look(const consensus::Raft& raft);
    /// The change to give to the core now: it has none to finish, and no objection. Counts as given.
    std::optional<consensus::Change> take(const consensus::Raft& raft);

    bool idle() const { return waiting_.empty() && !given_; }
    /// Ends all: what was given to the core as outcome_unknown, the rest as `refusal`.
    void fail(base::Errc refusal);

private:
    struct Waiting {
        consensus::Change change;
        net::Promise<Answer> promise;
        Deadlines::Key expiry;
    };
    struct Given {
        std::shared_ptr<Waiting> waiting;
        consensus::LogIndex index{};
    };
    void settle(const std::shared_ptr<Waiting>& waiting, Answer answer);

    Deadlines& deadlines_;
    std::deque<std::shared_ptr<Waiting>> waiting_;
    std::optional<Given> given_;
};

} // namespace bookstore::replication
