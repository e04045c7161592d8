// What a replica is, who is told, and how it ends.
#include <utility>

#include <bookstore/base/log.hpp>

#include "replication/engine.hpp"

namespace bookstore::replication {

std::string_view to_string(Phase phase) {
    switch (phase) {
    case Phase::forming:
        return "forming";
    case Phase::joining:
        return "joining";
    case Phase::resyncing:
        return "resyncing";
    case Phase::serving:
        return "serving";
    case Phase::failed:
        return "failed";
    case Phase::stopped:
        return "stopped";
    }
    return "unknown";
}

std::optional<base::Errc> Engine::Impl::absence() const {
    if (stopping || closed) return base::Errc::stopping;
    if (failure || core.raft() == nullptr) return base::Errc::not_ready;
    return std::nullopt;
}

std::optional<base::Errc> Engine::Impl::refusal() const {
    return fenced || !confirmed ? base::Errc::not_ready : absence();
}

bool Engine::Impl::is_leader() const {
    const auto* raft = core.raft();
    return raft != nullptr && raft->role() == consensus::Role::leader;
}

bool Engine::Impl::in_office() const {
    return is_leader() && core.raft()->has_committed_in_term();
}

bool Engine::Impl::leading() const {
    return in_office() && !fenced && confirmed;
}

bool Engine::Impl::voter() const {
    const auto* raft = core.raft();
    return (raft != nullptr ? raft->configuration() : identity.configuration).has_voter(identity.node);
}

std::optional<unsigned> Engine::Impl::leader_slot() const {
    return core.raft() == nullptr ? std::nullopt : peers.slot_of(core.raft()->leader());
}

Phase Engine::Impl::phase() const {
    if (closed || stopping) return Phase::stopped;
    if (failure) return Phase::failed;
    if (!identity.formed())
        return options.first_start.value_or(true) && !identity.must_join ? Phase::forming : Phase::joining;
    if (fenced) return Phase::resyncing;
    if (confirmed && !readiness.obstacle(applier->applied(), env.scheduler.now())) return Phase::serving;
    return !voter() && !caught_up_once ? Phase::joining : Phase::resyncing;
}

std::string Engine::Impl::reason() const {
    if (closed || stopping) return "stopping";
    if (failure) return *failure;
    if (!identity.formed()) return formation->reason();
    if (fenced) return fence_reason();
    const auto obstacle = readiness.obstacle(applier->applied(), env.scheduler.now());
    if (!confirmed && (in_office() || !obstacle)) return "its contents are being compared with the group's";
    if (!obstacle) return "";
    const auto account = receiver->account();
    return account.empty() ? *obstacle : *obstacle + "; " + account;
}

Status Engine::Impl::status() const {
    Status status;
    if (!applier) return status; // not started
    status.phase = phase();
    status.reason = reason();
    status.shortage = space->shortage();
    status.slowness = slowness();
    status.damage = damage();
    status.state_verified = state_scrubber->verified_at();
    status.log_verified = log_scrubber->verified_at();
    status.voter = voter();
    status.slots_without_voter = slots_without_voter();
    status.applied = applier->applied();
    status.digest = contents_whole ? machine.digest() : digests.at(status.applied).value_or(0);
    status.contents_whole = contents_whole;
    status.generation = identity.generation;
    status.waiting = batcher.waiting();
    if (const auto* raft = core.raft()) {
        status.role = raft->role();
        status.term = number(raft->term());
        status.committed = number(raft->commit_index());
        status.last_index = number(raft->last_index());
        status.leader_slot = leader_slot();
    }
    return status;
}

void Engine::Impl::tell_change() {
    if (!applier) return;
    const auto* raft = core.raft();
    const Told now{phase(), raft ? raft->role() : consensus::Role::follower, raft ? number(raft->term()) : 0,
                   leader_slot()};
    if (now == told) return;
    if (now.phase == Phase::serving) caught_up_once = true;
    if (now.phase == Phase::serving && told.phase != Phase::serving) receiver->forget();
    if (now.phase != told.phase)
        base::log::info(to_string(now.phase), {{"group", options.group}, {"reason", reason()}});
    told = now;
    const auto handlers = change_handlers; // one may add another
    const auto current = status();
    for (const auto& handler : handlers)
        handler(current);
}

/// Silence is no event: the timer notices it.
void Engine::Impl::watch_patience() {
    const auto ends = readiness.patience_ends();
    if (patience_timer || !ends) return;
    patience_timer = env.scheduler.at(*ends + base::milliseconds(1), [this] {
        patience_timer.reset();
        if (readiness.patience_ends().value_or(env.scheduler.now()) > env.scheduler.now())
            return watch_patience();
        tell_change();
    });
}

/// Final: what the disk holds is not known any more, so nothing that rests on it may be said.
void Engine::Impl::failed(const std::string& cause) {
    if (failure || closed) return;
    failure = cause;
    base::log::error("this replica has failed and steps aside", {{"group", options.group}, {"cause", cause}});
    core.halt();
    end_calls(base::Errc::storage_failed, base::Errc::not_ready);
    tell_change();
}

void Engine::Impl::close() {
    if (closed) return;
    core.halt();
    end_calls(base::Errc::outcome_unknown, base::Errc::stopping);
    stopping = true;
    closed = true;
    tell_change();
    change_handlers.clear();
}

void Engine::Impl::end_calls(base::Errc in_flight, base::Errc refusal) {
    led_term.reset();
    if (std::exchange(gate_told, false) && gate != nullptr) gate->not_leading();
    batcher.fail(in_flight, refusal);
    core_reads.fail(refusal);
    leader_reads.fail(refusal);
    reads_at_core.clear();
    version_waits.fail(refusal);
    changes.fail(refusal);
    patience_timer.reset();
    if (!applier) return;
    disk->halt();
    applier->halt();
    formation->close();
    space->halt();
    state_scrubber->halt();
    log_scrubber->halt();
    sender->close();
    receiver->close();
}

} // namespace bookstore::replication
