// What the core asks for, carried out; and what the parts are told when it has settled.
#include <algorithm>
#include <utility>

#include <bookstore/base/log.hpp>

#include "replication/engine.hpp"
#include "replication/engine_meters.hpp"

namespace bookstore::replication {

namespace {

/// It will be refused, or adds no entry to what is committed already.
bool changes_nothing(const consensus::Raft& raft, const consensus::AppendRequest& append) {
    if (append.prev_index > raft.commit_index()) return raft.term_at(append.prev_index) != append.prev_term;
    return append.entries.empty();
}

} // namespace

void Engine::Impl::carry_out(consensus::Effects effects) {
    check_leadership(); // first: what is committed below may have replaced what a deposed leader appended
    for (const auto& message : effects.messages) // whose way is longer than to the own disk
        peers.send(message, identity.generation);
    if (effects.persist) persist(std::move(*effects.persist));
    for (auto& held : effects.held)
        disk->hold(std::move(held));
    batcher.committed(core.raft()->commit_index());
    if (!effects.committed.empty()) applier->add(std::move(effects.committed));
    for (const auto& read : effects.reads) {
        auto asked = reads_at_core.extract(read.id);
        if (asked.empty()) continue;
        if (read.ok)
            asked.mapped()(number(read.index));
        else
            asked.mapped()(base::Errc::not_leader);
    }
    for (const auto& snapshot : effects.snapshots)
        sender->send(snapshot.to, core.raft()->first_index());
    if (!effects.change) return;
    next_slow_notice_at = {}; // a new leader should know before it is in office
    next_news_wanted_at = {};
    log_change(*effects.change);
}

void Engine::Impl::persist(consensus::Persist step) {
    std::optional<std::string> metadata;
    if (step.base_configuration) {
        set_base_configuration(std::move(*step.base_configuration));
        metadata = encode(identity);
    }
    disk->persist(step, std::move(metadata));
}

void Engine::Impl::settle() {
    if (leading() && !gate_told) gain_leadership();
    if (core.raft()->leader() != consensus::nobody) led_at = env.scheduler.now();
    tend_members();
    if (core.raft() == nullptr) return;
    tend_contents();
    tend_space();
    tend_pace();
    tend_damage();
    if (core.raft() == nullptr) return;
    meters->show(*core.raft(), applier->applied(), batcher.waiting(), slots_without_voter().size());
    tell_change();
}

/// Who belongs to another generation has no say in this one.
void Engine::Impl::other_generation(const Peers::Incoming& incoming) {
    const bool over = incoming.generation > identity.generation && !group_lives();
    if (over && !blank()) return overtaken(incoming.generation);
    formation->tell(slot_in(incoming.message.from));
}

void Engine::Impl::received(const std::string& notice) {
    const auto* raft = core.raft();
    auto incoming = Peers::read(notice);
    if (raft == nullptr || !incoming || !peers.slot_of(incoming->message.from)) return;
    if (incoming->generation != identity.generation) return other_generation(*incoming);
    auto* message = &incoming->message;
    // It would lead for as long as it takes to hand over again; the leader tries another.
    const bool unwilling = stopping || space->room() != SpaceWatch::Room::enough;
    if (unwilling && std::holds_alternative<consensus::TimeoutNow>(message->body)) return;
    auto* append = std::get_if<consensus::AppendRequest>(&message->body);
    if (append == nullptr) return core.give(consensus::Received{std::move(*message)});
    // While a snapshot takes the place of the log, entries for the old one are as good as lost on the way.
    // What changes nothing is answered all the same: the leader may need this voice to stay the leader.
    if (log_ends_soon && !changes_nothing(*raft, *append)) return;
    if (const auto why = cannot_take_entries(); why && !changes_nothing(*raft, *append))
        return take_nothing(*why, std::move(*message));
    const auto from = message->from;
    const auto term = message->term;
    const auto commit = number(append->commit);
    core.give(consensus::Received{std::move(*message)});
    raft = core.raft();
    if (raft == nullptr || raft->leader() != from || raft->term() != term) return;
    readiness.heard(from, term, commit, env.scheduler.now());
    if (disk->pace().hangs(env.scheduler.now())) readiness.lost(slowness());
    watch_patience();
    tell_change();
}

/// Entries that are not taken are sent again: what is held here stays bounded.
std::optional<std::string> Engine::Impl::cannot_take_entries() const {
    if (space->room() == SpaceWatch::Room::exhausted) return space->shortage();
    if (applier->backlog_full()) return "what it has to apply is more than it can hold";
    return std::nullopt;
}

/// Falls behind, and is ready again when it has caught up. The leader is heard all the same, by the
/// heartbeats between its entries: else this replica would stand against it, and be missed where it makes the
/// majority.
void Engine::Impl::take_nothing(const std::string& why, consensus::Message message) {
    readiness.lost(why);
    auto& append = std::get<consensus::AppendRequest>(message.body);
    if (!append.entries.empty()) return;
    append.commit = std::min(append.commit, core.raft()->commit_index());
    core.give(consensus::Received{std::move(message)});
}

void Engine::Impl::log_change(const consensus::RoleChange& change) const {
    const auto term = number(change.term);
    switch (change.role) {
    case consensus::Role::leader:
        return base::log::info("elected leader", {{"group", options.group}, {"term", term}});
    case consensus::Role::follower:
        if (const auto slot = peers.slot_of(change.leader))
            return base::log::info("follows", {{"group", options.group}, {"term", term}, {"leader", *slot}});
        return base::log::info("has no leader", {{"group", options.group}, {"term", term}});
    case consensus::Role::pre_candidate:
    case consensus::Role::candidate:
        return base::log::debug("stands for election", {{"group", options.group}, {"term", term}});
    }
}

void Engine::Impl::check_leadership() {
    const auto* raft = core.raft();
    const bool leads = raft->role() == consensus::Role::leader;
    // In its own term nobody else commits: a leader that removed itself hears of it as it steps down.
    if (led_term && raft->term() == *led_term) changes.committed(raft->commit_index());
    if (led_term && (!leads || raft->term() != *led_term)) lose_leadership();
    if (leads && !led_term) led_term = raft->term();
}

void Engine::Impl::lose_leadership() {
    led_term.reset();
    if (std::exchange(gate_told, false) && gate != nullptr) gate->not_leading();
    batcher.step_down();
    changes.fail(base::Errc::not_leader);
    convicted.clear();
    core_reads.fail(base::Errc::not_leader);
    reads_at_core.clear();
    readiness.lost();
}

/// An entry of this leader's own term is committed: so it knows the group's commit index, and may write.
void Engine::Impl::gain_leadership() {
    gate_told = true;
    let_nobody_go();
    const auto& raft = *core.raft();
    readiness.lead(identity.node, raft.term(), number(raft.commit_index()));
    if (gate != nullptr) gate->leading(number(raft.term()), number(raft.last_index()));
    batcher.lead(raft.term());
}

void Engine::Impl::start_read_round(std::function<void(base::result<std::uint64_t>)> done) {
    if (core.raft() == nullptr) return done(base::Errc::not_leader);
    const auto id = ++last_read_id;
    reads_at_core.emplace(id, std::move(done));
    core.give(consensus::ReadAsked{id});
}

void Engine::Impl::compact(std::uint64_t index) {
    const auto* raft = core.raft();
    if (raft == nullptr || receiver->installing()) return;
    if (const auto needed = sender->needed_above()) index = std::min(index, *needed);
    if (consensus::LogIndex{index} < raft->first_index()) return;
    base::log::debug("cuts the log", {{"group", options.group}, {"up_to", index}});
    core.give(consensus::CompactionAsked{consensus::LogIndex{index}});
}

} // namespace bookstore::replication
