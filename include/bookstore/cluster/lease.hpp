#pragma once
/// \file
/// The two ends of a frontend's lease, pure: the leader's table and the frontend's holding.
/// Names as in tests/model/leases.pml. Times are monotonic and each end's own; what crosses is durations.
///
/// What the two keep true together, whatever is lost, late or repeated on the way between them:
///   1. A holder never believes in a lease longer than the table does. The holder counts from before it
///      asked, the table from after it granted, plus a margin for what two clocks differ in that time.
///   2. A table that may propose has, from every holder that believes in a lease, this leader's or an
///      earlier one's, the acknowledgement that the keys about to be written are dropped.
///   3. A holder that begins to believe starts from a fence that is not below any write that it has
///      acknowledged in that term: grants and announcements may overtake each other.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include <bookstore/base/time.hpp>

namespace bookstore::cluster {

/// One life of a frontend process: its configured id, and dice thrown at its start.
struct FrontendSession {
    unsigned frontend = 0;
    std::uint64_t session = 0;
    auto operator<=>(const FrontendSession&) const = default;
};

struct LeaseGrant {
    std::uint64_t term = 0;
    std::uint64_t fence = 0;   ///< lowest version the frontend may show from now on
    base::Duration duration{}; ///< counts from before the frontend asked
    std::uint64_t epoch = 0;   ///< within the term; a later one is a new registration
};

/// The leader's side. One writer batch at a time goes through begin() ... may_propose() ... end().
class LeaseTable {
public:
    /// `lease`: what a grant lasts, the same at every replica. `margin`: added at this end for clock drift.
    /// `frontends`: how many are configured.
    LeaseTable(unsigned frontends, base::Duration lease, base::Duration margin);

    /// Became leader of `term`. Until every configured frontend has registered, or the longest lease a
    /// predecessor can have granted has run out, may_propose() is false. (That one process at a time runs as
    /// a given frontend is the data directory's lock to see to.)
    void lead(std::uint64_t term, base::TimePoint now);
    void step_down();
    bool leading() const;
    std::uint64_t term() const;
    /// What the holders have cached may be wrong, whatever its version: with its next renewal each is
    /// registered anew, and so drops all it has. Leases go on, and writes wait for nobody because of it.
    void distrust() { ++epoch_; }

    /// Registers `who`, or renews its lease while that is unbroken in this term. `known_term`: where it
    /// believes to be registered; a later one than ours means that we are deposed. `fence`: the last index
    /// proposed or announced. `authority`: until when this leader is sure to be the only one
    /// (Raft::lease_until()); nothing is granted at or after it. `now`: read before the grant is sent.
    std::optional<LeaseGrant> ask(FrontendSession who, std::uint64_t known_term, std::uint64_t fence,
                                  base::TimePoint now, base::TimePoint authority);

    /// Before a batch is proposed at `index`: the sessions that must acknowledge, i.e. whose lease may still
    /// be believed in by its holder. Expired ones are forgotten.
    std::vector<FrontendSession> begin(std::uint64_t index, base::TimePoint now);
    /// Those that have not acknowledged yet, among them any that has come after begin(). Who is never told
    /// delays the batch by a lease.
    std::vector<FrontendSession> waiting(base::TimePoint now) const;
    /// `who` has dropped what the batch announced at `index` in `term` touches. Answers to what an earlier
    /// leader, or this one in an earlier term, announced count for nothing.
    void acknowledge(FrontendSession who, std::uint64_t term, std::uint64_t index);
    /// All have acknowledged begin()'s index or expired, and no predecessor's lease is left.
    bool may_propose(base::TimePoint now) const;
    /// When may_propose() becomes true if nobody says anything more. Only while leading.
    base::TimePoint latest_wait(base::TimePoint now) const;
    /// The batch has been proposed at the announced index.
    void end();

    /// How many leases may be believed in.
    std::size_t live(base::TimePoint now) const;

private:
    struct Lease {
        base::TimePoint until;          ///< its holder has stopped believing before
        std::uint64_t acknowledged = 0; ///< announced_, or less
    };
    bool predecessors_gone(base::TimePoint now) const;
    void forget_expired(base::TimePoint now);

    unsigned frontends_;
    base::Duration lease_, margin_;
    bool leading_ = false;
    std::uint64_t term_ = 0;
    std::uint64_t epoch_ = 0;
    base::TimePoint announced_at_{};
    std::uint64_t announced_ = 0; ///< the index of the batch in the stage, or 0
    base::TimePoint predecessor_until_{};
    std::set<unsigned> arrived_; ///< frontends that have registered in this term
    std::map<FrontendSession, Lease> leases_;
};

/// The frontend's side.
class LeaseHolding {
public:
    /// What to send with the next ask.
    std::uint64_t known_term() const { return term_; }

    /// A grant for an ask that was sent at `asked_at`. True when this is a new registration: another term, a
    /// later epoch of this one, or the old lease had run out before the answer came. The cache must then be
    /// reset to the grant's fence or, if that is higher, to the last index that was acknowledged in the
    /// grant's term. A grant of a deposed leader, and one that has run out on the way, change nothing.
    bool granted(const LeaseGrant& grant, base::TimePoint asked_at, base::TimePoint now);
    /// The leader does not know us, or there is another one: nothing may be served.
    void lost();
    bool live(base::TimePoint now) const;
    base::TimePoint until() const { return until_; }

private:
    std::uint64_t term_ = 0; ///< 0: not registered
    std::uint64_t epoch_ = 0;
    std::uint64_t newest_term_ = 0; ///< of any grant taken so far
    base::TimePoint until_{};       ///< end of the last lease taken
};

} // namespace bookstore::cluster
