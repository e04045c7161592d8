#include <bookstore/consensus/raft.hpp>

#include <algorithm>
#include <utility>

#include "consensus/change.hpp"
#include "consensus/core.hpp"
#include "consensus/election.hpp"
#include "consensus/follower.hpp"
#include "consensus/joining.hpp"
#include "consensus/leader.hpp"
#include "consensus/lease.hpp"
#include "consensus/reads.hpp"
#include "consensus/replication.hpp"
#include "consensus/transfer.hpp"

namespace bookstore::consensus {

/// Leads each event to the part of the algorithm that it concerns.
class Raft::Impl {
public:
    Impl(Options options, Restored restored, base::Random& random, base::TimePoint now)
        : core(options, std::move(restored), random, now) {}

    Core core;

    void operator()(Tick) {
        if (core.leadership) return lead_on(core);
        if (core.now < core.deadline) return;
        if (stands(core))
            begin_pre_vote(core);
        else
            ask_to_join(core);
    }

    void operator()(Received received) {
        auto& message = received.message;
        const bool for_all = message.to == nobody && std::holds_alternative<JoinRequest>(message.body);
        if ((message.to != core.options.self && !for_all) || message.from == core.options.self) return;
        deliver(message.from, message.term, std::move(message.body));
    }

    void operator()(Proposed proposed) { on_proposed(core, std::move(proposed)); }

    void operator()(Persisted persisted) {
        core.journal.persisted(persisted.sequence);
        if (core.role == Role::candidate) count_votes(core);
        if (core.leadership) advance_commit(core);
    }

    void operator()(ChangeAsked asked) { on_change_asked(core, asked.change); }
    void operator()(ReadAsked read) { on_read_asked(core, read); }
    void operator()(NewsWanted wanted) { on_news_wanted(core, wanted.by); }
    void operator()(TransferAsked asked) { on_transfer_asked(core, asked.to); }

    void operator()(PeerLost lost) {
        on_peer_lost(core, lost.peer);
        on_follower_lost(core, lost.peer);
    }

    void operator()(SnapshotInstalled snapshot) { on_snapshot_installed(core, std::move(snapshot)); }
    void operator()(SnapshotSent sent) { on_snapshot_sent(core, sent); }

    void operator()(CompactionAsked asked) {
        const auto to = std::min(asked.index, core.applied);
        if (to <= core.log.base()) return;
        core.log.compact_to(to);
        core.journal.compact_to(to, core.membership.compact_to(to));
    }

private:
    void deliver(NodeId from, Term term, decltype(Message::body) body) {
        if (auto* request = std::get_if<AppendRequest>(&body))
            on_append_request(core, from, term, std::move(*request));
        else if (const auto* reply = std::get_if<AppendReply>(&body))
            on_append_reply(core, from, term, *reply);
        else if (const auto* vote_request = std::get_if<VoteRequest>(&body))
            on_vote_request(core, from, term, *vote_request);
        else if (const auto* vote_reply = std::get_if<VoteReply>(&body))
            on_vote_reply(core, from, term, *vote_reply);
        else if (std::holds_alternative<TimeoutNow>(body))
            on_timeout_now(core, from, term);
        else
            on_join_request(core, from);
    }
};

Raft::Raft(Options options, Restored restored, base::Random& random, base::TimePoint now)
    : impl_(std::make_unique<Impl>(options, std::move(restored), random, now)) {}
Raft::~Raft() = default;
Raft::Raft(Raft&&) noexcept = default;

Effects Raft::step(Event event, base::TimePoint now) {
    auto& core = impl_->core;
    core.now = std::max(core.now, now);
    const RoleChange before{core.role, core.hard.term, core.leader};
    std::visit([this](auto& concrete) { (*impl_)(std::move(concrete)); }, event);
    leave_when_removed(core);
    hand_out_committed(core);
    const RoleChange after{core.role, core.hard.term, core.leader};
    if (after != before) core.effects.change = after;
    core.effects.persist = core.journal.take(core.now);
    return std::exchange(core.effects, {});
}

base::TimePoint Raft::next_deadline() const {
    return impl_->core.leadership ? next_duty(impl_->core) : impl_->core.deadline;
}

Role Raft::role() const {
    return impl_->core.role;
}
Term Raft::term() const {
    return impl_->core.hard.term;
}
NodeId Raft::leader() const {
    return impl_->core.leader;
}

bool Raft::may_propose() const {
    const auto& leadership = impl_->core.leadership;
    return leadership && !leadership->transfer;
}

bool Raft::has_committed_in_term() const {
    const auto& leadership = impl_->core.leadership;
    return leadership && impl_->core.commit >= leadership->first_index;
}

LogIndex Raft::last_index() const {
    return impl_->core.log.last_index();
}
LogIndex Raft::commit_index() const {
    return impl_->core.commit;
}
LogIndex Raft::first_index() const {
    return impl_->core.log.base() + 1;
}
LogIndex Raft::durable_index() const {
    return impl_->core.journal.durable_index();
}
std::optional<Term> Raft::term_at(LogIndex index) const {
    return impl_->core.log.term_at(index);
}
std::size_t Raft::log_bytes() const {
    return impl_->core.log.bytes();
}
const Configuration& Raft::configuration() const {
    return impl_->core.configuration();
}
LogIndex Raft::configuration_index() const {
    return impl_->core.membership.index();
}
const Configuration& Raft::configuration_at(LogIndex index) const {
    return impl_->core.membership.at(index);
}
bool Raft::ever_member() const {
    return impl_->core.membership.ever_had(impl_->core.options.self);
}
std::optional<Objection> Raft::objection_to(const Change& change) const {
    return consensus::objection_to(impl_->core, change);
}
bool Raft::wants_snapshot(LogIndex index, Term term) const {
    return consensus::wants_snapshot(impl_->core, index, term);
}
base::TimePoint Raft::lease_until() const {
    return consensus::lease_until(impl_->core);
}

std::vector<Raft::Peer> Raft::peers() const {
    std::vector<Peer> all;
    const auto& core = impl_->core;
    if (!core.leadership) return all;
    for (const auto& member : core.leadership->members)
        all.push_back({.node = member.node,
                       .match = member.match,
                       .voter = member.voter,
                       .guest = member.guest,
                       .former = member.guest && core.membership.ever_had(member.node),
                       .guest_for = member.guest ? core.now - member.welcomed : base::Duration{},
                       .caught_up = member.caught_up,
                       .snapshotting = member.mode == Progress::Mode::snapshot,
                       .heard = member.heard,
                       .silence = core.now - std::max(member.heard, core.leadership->since)});
    return all;
}

} // namespace bookstore::consensus
