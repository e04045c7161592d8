#include "consensus/reads.hpp"

#include <algorithm>

#include "consensus/lease.hpp"
#include "consensus/replication.hpp"

namespace bookstore::consensus {
namespace {

/// More than that wait for one confirmation only when the shell has lost count.
constexpr std::size_t reads_waiting_max = 65'536;

/// The newest round that a majority has answered.
std::uint64_t confirmed_round(const Core& core) {
    const auto& leadership = *core.leadership;
    std::vector<std::uint64_t> answered;
    if (is_voter(core)) answered.push_back(leadership.rounds.last());
    for (const auto& member : leadership.members)
        if (member.voter) answered.push_back(member.answered);
    return reached_by_majority(std::move(answered));
}

void ask_for_confirmation(Core& core) {
    core.leadership->confirming = core.leadership->rounds.last() + 1;
    for (auto& member : core.leadership->members)
        send_heartbeat(core, member);
}

} // namespace

void on_read_asked(Core& core, const ReadAsked& read) {
    if (!core.leadership || core.leadership->reads.size() >= reads_waiting_max) {
        core.effects.reads.push_back({read.id, false, {}});
        return;
    }
    // Before its noop is committed a leader does not know what its predecessors committed, but all of it is
    // below the noop.
    const auto index = std::max(core.commit, core.leadership->first_index);
    if (lease_until(core) > core.now || built_in(Mutant::reads_without_round)) {
        core.effects.reads.push_back({read.id, true, index});
        return;
    }
    core.leadership->reads.push_back({read.id, index, core.leadership->rounds.last() + 1});
    // One confirmation at a time: the reads that arrive meanwhile share the next.
    if (core.leadership->confirming <= confirmed_round(core)) ask_for_confirmation(core);
}

void answer_confirmed_reads(Core& core) {
    if (!core.leadership || core.leadership->reads.empty()) return;
    auto& reads = core.leadership->reads;
    const auto confirmed = confirmed_round(core);
    const auto waiting = std::find_if(reads.begin(), reads.end(),
                                      [&](const WaitingRead& read) { return read.round > confirmed; });
    for (auto read = reads.begin(); read != waiting; ++read)
        core.effects.reads.push_back({read->id, true, read->index});
    reads.erase(reads.begin(), waiting);
    if (!reads.empty() && core.leadership->confirming <= confirmed) ask_for_confirmation(core);
}

} // namespace bookstore::consensus
