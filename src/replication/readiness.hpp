#pragma once
/// \file
/// Is this replica as new as its group, as far as it can tell? For load balancing and for people; what makes
/// reads correct is the read barrier and the fences, whatever this says.
#include <cstdint>
#include <optional>
#include <string>

#include <bookstore/base/time.hpp>
#include <bookstore/consensus/types.hpp>

namespace bookstore::replication {

/// Pure. A follower is ready once it has applied what its leader had committed when contact with it was made,
/// and stays so while it hears from that leader.
class Readiness {
public:
    /// Silence of a leader longer than `patience` is lost contact.
    explicit Readiness(base::Duration patience) : patience_(patience) {}

    /// A message of the leader of `term`, which says it has committed up to `commit`.
    void heard(consensus::NodeId leader, consensus::Term term, std::uint64_t commit, base::TimePoint now);
    /// This replica leads, and has committed up to `commit`, with an entry of its own term.
    void lead(consensus::NodeId self, consensus::Term term, std::uint64_t commit);
    /// There is no leader any more, or what one says cannot be followed: why, for people.
    void lost(std::string why = "no leader");

    /// Why it is not ready; nothing when it is. `applied`: what it has applied.
    std::optional<std::string> obstacle(std::uint64_t applied, base::TimePoint now) const;
    /// When it turns unready if nothing is heard; never, when it leads or is unready already.
    std::optional<base::TimePoint> patience_ends() const;

private:
    struct Contact {
        consensus::NodeId leader = consensus::nobody;
        consensus::Term term{};
        std::uint64_t target = 0;
        std::optional<base::TimePoint> last_heard; ///< nothing: we lead ourselves
    };
    bool broken(base::TimePoint now) const;

    base::Duration patience_;
    std::string why_lost_ = "no leader";
    std::optional<Contact> contact_;
};

} // namespace bookstore::replication
