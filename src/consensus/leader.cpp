#include "consensus/leader.hpp"

#include <algorithm>

#include <bookstore/base/error.hpp>

#include "consensus/lease.hpp"
#include "consensus/replication.hpp"
#include "consensus/transfer.hpp"

namespace bookstore::consensus {
namespace {

/// A leader that a majority has not answered for 2T steps down: by then every one of them may have stood, and
/// clients should look elsewhere. Its lease ended at T, so reads are safe long before.
constexpr int quorum_silence = 2;
/// A guest that has not answered for 20T is forgotten; if it is alive it asks again.
constexpr int guest_silence = 20;
/// Sendings are dated to T/128, which is the most that a lease loses by it.
constexpr int round_grains = 128;

void add_members(Core& core, const std::vector<NodeId>& nodes, bool voters) {
    for (const auto node : nodes) {
        if (node == core.options.self) continue;
        Progress member{.node = node, .voter = voters};
        member.next = core.log.last_index() + 1;
        core.leadership->members.push_back(std::move(member));
    }
}

bool hears_majority(const Core& core) {
    const auto silent = core.options.election_timeout * quorum_silence;
    return core.leadership->since + silent > core.now || majority_heard(core) + silent > core.now;
}

void forget_silent_guests(Core& core) {
    const auto silent = core.options.election_timeout * guest_silence;
    std::erase_if(core.leadership->members, [&](const Progress& member) {
        return member.guest && std::max(member.heard, member.welcomed) + silent <= core.now;
    });
}

} // namespace

void begin_leadership(Core& core) {
    const auto t = core.options.election_timeout;
    core.role = Role::leader;
    core.leader = core.options.self;
    core.votes.clear();
    core.leadership =
        std::make_unique<Leadership>(Leadership{.since = core.now,
                                                .first_index = core.log.last_index() + 1,
                                                .next_heartbeat = core.now + core.options.heartbeat_interval,
                                                .rounds = Rounds(t / round_grains, t * quorum_silence)});
    add_members(core, core.configuration().voters, true);
    add_members(core, core.configuration().learners, false);
    append_entry(core, {core.leadership->first_index, core.hard.term, EntryKind::noop,
                        std::make_shared<const std::string>()});
    replicate_to_all(core);
}

void on_proposed(Core& core, Proposed proposed) {
    INVARIANT(core.leadership && !core.leadership->transfer);
    append_entry(
        core, {core.log.last_index() + 1, core.hard.term, EntryKind::command, std::move(proposed.payload)});
    replicate_to_all(core);
}

void lead_on(Core& core) {
    if (!hears_majority(core)) return follow(core, core.hard.term, nobody);
    end_overdue_transfer(core);
    if (!core.leadership) return;
    if (core.leadership->next_heartbeat > core.now) return;
    core.leadership->next_heartbeat = core.now + core.options.heartbeat_interval;
    forget_silent_guests(core);
    for (auto& member : core.leadership->members)
        send_heartbeat(core, member);
    consider_hand_over(core);
    tell_successor(core);
}

base::TimePoint next_duty(const Core& core) {
    const auto& leadership = *core.leadership;
    return leadership.transfer ? std::min(leadership.next_heartbeat, leadership.transfer->deadline)
                               : leadership.next_heartbeat;
}

} // namespace bookstore::consensus
