#pragma once
/// \file
/// The two ends of a frontend's lease (DESIGN section 5), pure: the leader's table and the frontend's
/// holding. Names as in tests/model/coherence.pml. Times are monotonic and each end's own; what crosses is
/// durations.
#include <cstdint>
#include <map>
#include <optional>
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
};

/// The leader's side. One writer batch at a time goes through begin() ... may_propose().
class LeaseTable {
public:
    /// `lease`: what a grant lasts. `margin`: added at this end for clock drift. `frontends`: how many are
    /// configured.
    LeaseTable(unsigned frontends, base::Duration lease, base::Duration margin);

    /// Became leader of `term`. Until every configured frontend has registered, or the longest lease a
    /// predecessor can have granted has run out, may_propose() is false.
    void lead(std::uint64_t term, base::TimePoint now);
    void step_down();
    bool leading() const;
    std::uint64_t term() const;

    /// Registers, or renews when `known_term` is this leader's and the session is known and its lease
    /// unbroken. `fence`: the last index proposed or announced. `authority`: until when this leader is sure
    /// to be the only one (Raft::lease_until()); nothing is granted at or after it.
    std::optional<LeaseGrant> ask(FrontendSession who, std::uint64_t known_term, std::uint64_t fence,
                                  base::TimePoint now, base::TimePoint authority);

    /// Before a batch is proposed at `index`: the sessions that must acknowledge, i.e. whose lease may still
    /// be believed in by its holder. Expired ones are forgotten.
    std::vector<FrontendSession> begin(std::uint64_t index, base::TimePoint now);
    void acknowledge(FrontendSession who, std::uint64_t index);
    /// All have acknowledged `begin`'s index or expired, and the predecessor's leases have run out.
    bool may_propose(base::TimePoint now) const;
    /// When may_propose() becomes true if nobody says anything more.
    base::TimePoint latest_wait(base::TimePoint now) const;
    void end();

    std::size_t live(base::TimePoint now) const;

private:
    struct Lease {
        base::TimePoint until;
        std::uint64_t acknowledged = 0;
    };
    unsigned frontends_;
    base::Duration lease_, margin_;
    bool leading_ = false;
    std::uint64_t term_ = 0;
    std::uint64_t announced_ = 0; ///< the index of the batch in the stage, or 0
    base::TimePoint predecessor_until_{};
    std::map<FrontendSession, Lease> leases_;
};

/// The frontend's side.
class LeaseHolding {
public:
    /// What to send with the next ask.
    std::uint64_t known_term() const { return term_; }

    /// A grant for an ask that was sent at `asked_at`. True when this is a new registration, so that the
    /// cache must be reset to the grant's fence: another term, or the old lease had run out before the answer
    /// came.
    bool granted(const LeaseGrant& grant, base::TimePoint asked_at, base::TimePoint now);
    /// The leader does not know us, or there is another one: nothing may be served.
    void lost();
    bool live(base::TimePoint now) const;
    base::TimePoint until() const { return until_; }

private:
    std::uint64_t term_ = 0; ///< 0: not registered
    base::TimePoint until_{};
};

} // namespace bookstore::cluster
