#include "consensus/lease.hpp"

#include <algorithm>

namespace bookstore::consensus {

bool answers(const Core& core, const Progress& member) {
    return member.heard + core.options.election_timeout > core.now;
}

base::TimePoint majority_heard(const Core& core) {
    std::vector<base::TimePoint> heard;
    if (is_voter(core)) heard.push_back(core.now); // it takes itself for the leader now
    for (const auto& member : core.leadership->members)
        if (member.voter) heard.push_back(member.heard);
    return reached_by_majority(std::move(heard));
}

base::TimePoint lease_until(const Core& core) {
    if (!core.leadership) return {};
    // Voters do not protect it any more once it has told one of them to take over.
    const auto& transfer = core.leadership->transfer;
    if (transfer && transfer->told && !built_in(Mutant::keeps_lease_in_transfer)) return {};
    const auto heard = majority_heard(core);
    if (heard == base::TimePoint{}) return {};
    return heard + core.options.election_timeout - core.options.drift_margin;
}

} // namespace bookstore::consensus
