// Who belongs to the group: told, changed, and followed.
#include <algorithm>
#include <utility>

#include <bookstore/base/log.hpp>

#include "replication/engine.hpp"
#include "replication/member_messages.hpp"
#include "replication/succession.hpp"

namespace bookstore::replication {
namespace {

/// In T: who has not been heard for so long, while another lives in its slot, is not coming back.
constexpr int succession_patience = 4;

std::string_view to_string(consensus::Change::Kind kind) {
    switch (kind) {
    case consensus::Change::Kind::add_learner:
        return "adds a learner";
    case consensus::Change::Kind::promote:
        return "promotes a learner";
    case consensus::Change::Kind::remove:
        return "removes a member";
    }
    return "changes a member";
}

} // namespace

/// Called whenever the core has settled, so that it sees every moment in which no batch is announced: an
/// index that was announced must be the one that the batch gets.
void Engine::Impl::tend_members() {
    if (core.raft() == nullptr) return;
    if (is_removed()) return leave_group();
    const auto& raft = *core.raft();
    was_member = was_member || raft.configuration_at(raft.commit_index()).contains(identity.node);
    if (!leading()) return;
    changes.committed(raft.commit_index());
    changes.look(raft);
    if (batcher.announced_index() != 0) return;
    auto change = changes.take(raft);
    if (!change && changes.idle() && env.scheduler.now() >= next_succession_at) {
        next_succession_at = env.scheduler.now() + options.heartbeat_interval;
        change = next_succession(raft, options.election_timeout * succession_patience);
    }
    if (!change) return;
    base::log::info(
        to_string(change->kind),
        {{"group", options.group}, {"replica", slot_in(change->node)}, {"node", number(change->node)}});
    core.give(consensus::ChangeAsked{*change});
}

/// It was a member, and what is committed says that it is not.
bool Engine::Impl::is_removed() const {
    const auto& raft = *core.raft();
    if (raft.configuration_index() > raft.commit_index() || raft.configuration().contains(identity.node))
        return false;
    return was_member || raft.ever_member();
}

void Engine::Impl::leave_group() {
    if (std::exchange(leaving, true)) return;
    identity.removed = true; // a snapshot may have said so already, and nothing come of it yet
    disk->write_metadata(encode(identity), [this] { failed(removal_reason()); });
}

std::string Engine::Impl::removal_reason() const {
    return "this replica was removed from the " + options.group +
           " group: to join it anew, move its data directory away and start it with --first-start=0";
}

bool Engine::Impl::alone() const {
    const auto* raft = core.raft();
    const auto& configuration = raft != nullptr ? raft->configuration() : identity.configuration;
    return configuration.voters.size() <= 1 && configuration.has_voter(identity.node);
}

/// From this moment nothing is served, written or voted for. That it is so is known after a restart, too.
/// Between two leaders it does.
bool Engine::Impl::group_lives() const {
    return led_at && env.scheduler.now() < *led_at + options.election_timeout * succession_patience;
}

/// It has asked a group to join it, and nothing has come of that: nothing that it has said or kept counts.
bool Engine::Impl::blank() const {
    const auto* raft = core.raft();
    return raft != nullptr && !was_member && number(raft->term()) == 0 && number(raft->last_index()) == 0 &&
           applier->applied() == 0 && !receiver->installing();
}

/// It asks the later group instead. Durable before anything that it will say there, by the order of writes.
void Engine::Impl::follow(std::vector<consensus::NodeId> founders, std::uint64_t generation) {
    if (failure || closed) return;
    identity.founders = std::move(founders);
    identity.generation = generation;
    base::log::info("asks the group to join that has taken the place of the one it had heard of",
                    {{"group", options.group}, {"generation", generation}});
    disk->write_metadata(encode(identity), {});
}

void Engine::Impl::overtaken(std::uint64_t generation) {
    if (failure || closed || identity.overtaken_by >= generation) return;
    identity.overtaken_by = generation;
    core.halt();
    if (led_term) lose_leadership();
    disk->write_metadata(encode(identity), [this] { failed(overtaken_reason()); });
}

std::string Engine::Impl::overtaken_reason() const {
    return "the " + options.group + " group was refounded without this replica (generation " +
           std::to_string(identity.overtaken_by) + ", this one is of " + std::to_string(identity.generation) +
           "): to join it, move its data directory away and start it with --first-start=0";
}

/// Two groups, by mistake: who has nobody else gives way.
void Engine::Impl::contradicted(const std::string& reason) {
    if (alone() && !failure && !closed) refused(reason);
}

void Engine::Impl::set_base_configuration(consensus::Configuration configuration) {
    identity.removed = identity.removed || (was_member && !configuration.contains(identity.node));
    identity.configuration = std::move(configuration);
}

/// A voter that answers, and would stay leader.
bool Engine::Impl::may_lead(const consensus::Raft::Peer& peer) const {
    const auto slot = peers.slot_of(peer.node);
    const bool willing = peer.voter && slot && !options.members[*slot].reluctant;
    return willing && peer.heard != base::TimePoint{} && peer.silence < options.election_timeout;
}

/// Of those that may lead. Nobody: there is none.
consensus::NodeId Engine::Impl::furthest_peer(bool with_fast_disk) const {
    consensus::NodeId best = consensus::nobody;
    consensus::LogIndex furthest{};
    for (const auto& peer : core.raft()->peers()) {
        if (!may_lead(peer) || (with_fast_disk && is_slow(peer.node))) continue;
        if (best != consensus::nobody && peer.match <= furthest) continue;
        best = peer.node;
        furthest = peer.match;
    }
    return best;
}

/// Nobody: the core looks for whoever can.
consensus::NodeId Engine::Impl::successor() const {
    const auto fast = furthest_peer(true);
    return fast != consensus::nobody ? fast : furthest_peer(false);
}

/// Of those that may lead, another one each time: for reasons that they may all have.
consensus::NodeId Engine::Impl::next_in_turn() {
    const auto slots = static_cast<unsigned>(options.members.size());
    for (unsigned step = 1; step <= slots; ++step) {
        const unsigned slot = (last_asked_slot + step) % slots;
        for (const auto& peer : core.raft()->peers()) {
            if (!may_lead(peer) || peers.slot_of(peer.node) != slot) continue;
            last_asked_slot = slot;
            return peer.node;
        }
    }
    return consensus::nobody;
}

void Engine::Impl::connection_lost(const net::Endpoint& endpoint) {
    const auto* raft = core.raft();
    if (raft == nullptr) return;
    std::vector<consensus::NodeId> nodes{raft->leader()};
    for (const auto& peer : raft->peers())
        nodes.push_back(peer.node);
    for (const auto node : nodes) {
        const auto* at = peers.endpoint_of(node);
        if (at != nullptr && *at == endpoint) core.give(consensus::PeerLost{node});
    }
}

std::vector<MemberStatus> Engine::Impl::member_list() const {
    const auto& raft = *core.raft();
    using Standing = MemberStatus::Standing;
    std::vector<MemberStatus> list;
    list.push_back({.node = identity.node,
                    .slot = options.slot,
                    .standing = voter() ? Standing::voter : Standing::guest,
                    .leader = true,
                    .answers = true,
                    .match = number(raft.durable_index())});
    for (const auto& peer : raft.peers()) {
        const auto standing = peer.guest ? Standing::guest : peer.voter ? Standing::voter : Standing::learner;
        list.push_back({.node = peer.node,
                        .slot = slot_in(peer.node),
                        .standing = standing,
                        .answers = peer.heard != base::TimePoint{} && peer.silence < options.election_timeout,
                        .match = number(peer.match)});
    }
    return list;
}

/// By what this replica knows of the configuration; none before there is a group.
std::vector<unsigned> Engine::Impl::slots_without_voter() const {
    const auto* raft = core.raft();
    std::vector<unsigned> slots;
    if (raft == nullptr) return slots;
    const auto& voters = raft->configuration().voters;
    for (unsigned slot = 0; slot < options.members.size(); ++slot)
        if (std::ranges::none_of(voters, [slot](auto voter) { return slot_in(voter) == slot; }))
            slots.push_back(slot);
    return slots;
}

Engine::Impl::Call<std::string> Engine::Impl::ask_leader_for(Self self, GroupMethod method,
                                                             std::string request, base::TimePoint deadline) {
    const auto* leader = self->peers.endpoint_of(self->core.raft()->leader());
    if (leader == nullptr) co_return base::Errc::not_ready;
    co_return co_await self->env.transport.call(*leader, self->peers.method(method), std::move(request),
                                                deadline);
}

Engine::Impl::Call<std::vector<MemberStatus>> Engine::Impl::members(Self self, base::TimePoint deadline) {
    if (const auto refusal = self->refusal()) co_return *refusal;
    if (self->is_leader()) co_return self->member_list();
    const auto answer = co_await ask_leader_for(self, GroupMethod::members, {}, deadline);
    if (answer.has_error()) co_return answer.error();
    co_return decode_members(*answer);
}

Engine::Impl::Call<std::string> Engine::Impl::serve_members(Self self) {
    if (!self) co_return base::Errc::stopping;
    if (const auto refusal = self->refusal()) co_return *refusal;
    if (!self->is_leader()) co_return base::Errc::not_leader;
    co_return encode(self->member_list());
}

Engine::Impl::Call<ChangeOutcome> Engine::Impl::change_here(Self self, consensus::Change change,
                                                            base::TimePoint deadline) {
    if (!self->leading()) co_return base::Errc::not_leader;
    auto promise = self->changes.add(change, deadline);
    if (promise.has_error()) co_return promise.error();
    self->core.give(consensus::Tick{}); // it settles, and so looks at what waits
    co_return co_await std::move(*promise).wait();
}

Engine::Impl::Call<ChangeOutcome> Engine::Impl::change_member(Self self, consensus::Change change,
                                                              base::TimePoint deadline) {
    if (const auto refusal = self->refusal()) co_return *refusal;
    if (self->is_leader()) co_return co_await change_here(self, change, deadline);
    auto request = encode(change);
    const auto answer = co_await ask_leader_for(self, GroupMethod::change, std::move(request), deadline);
    if (answer.has_error()) co_return answer.error();
    co_return decode_change_outcome(*answer);
}

Engine::Impl::Call<std::string> Engine::Impl::serve_change(Self self, std::string request,
                                                           base::TimePoint deadline) {
    if (!self) co_return base::Errc::stopping;
    if (const auto refusal = self->refusal()) co_return *refusal;
    const auto change = decode_change(request);
    if (change.has_error()) co_return change.error();
    const auto outcome = co_await change_here(self, *change, deadline);
    if (outcome.has_error()) co_return outcome.error();
    co_return encode(*outcome);
}

} // namespace bookstore::replication
