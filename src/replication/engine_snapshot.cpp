// A state instead of a log: for peers whose next entry has been cut away, and for us when we are one.
#include <utility>

#include <bookstore/base/log.hpp>

#include "replication/engine.hpp"

namespace bookstore::replication {

void Engine::Impl::make_snapshot_parts() {
    const SnapshotRoom room(env.space, options.reserve_bytes);
    sender = std::make_shared<SnapshotSender>(
        env.snapshots, env.snapshot_worker, room, options.snapshot_piece_bytes, peers, env.transport,
        env.scheduler, env.executor,
        SnapshotSender::Hooks{[this](std::uint64_t index) { return header_for(index); },
                              [this](const consensus::SnapshotSent& sent) { core.give(sent); },
                              [this](const std::string& cause) { state_damaged(cause); }});
    const auto install = std::make_shared<SnapshotInstall>(
        machine, SnapshotInstall::Stores{env.state, env.state_worker, env.snapshots, env.snapshot_worker},
        room, env.scheduler,
        SnapshotInstall::Hooks{[this](const SnapshotHeader& header, std::function<void()> done) {
                                   begin_snapshot(header, std::move(done));
                               },
                               [this](const SnapshotHeader& header, std::function<void()> done) {
                                   restart_log(header, std::move(done));
                               },
                               [this](const SnapshotHeader& header) { snapshot_installed(header); },
                               [this] {
                                   log_ends_soon = false;
                                   if (!fenced) applier->resume();
                               },
                               [this](const std::string& cause) { failed(cause); }});
    receiver = std::make_shared<SnapshotReceiver>(
        env.snapshots, env.snapshot_worker, room, env.scheduler,
        [this](const SnapshotHeader& header) { return object_to(header); }, install);
}

std::optional<SnapshotHeader> Engine::Impl::header_for(std::uint64_t index) const {
    if (!is_leader() || fenced) return std::nullopt;
    SnapshotHeader header;
    header.from = identity.node;
    header.term = core.raft()->term();
    header.configuration = core.raft()->configuration_at(consensus::LogIndex{index});
    return header;
}

/// A log that contains the snapshot's last entry contains all of it, and perhaps more that was acknowledged
/// since: it must not be thrown away for it. A log that does not cannot have got anything acknowledged behind
/// it, because what a snapshot holds is committed.
std::optional<SnapshotReceiver::Answer> Engine::Impl::object_to(const SnapshotHeader& header) const {
    const auto* raft = core.raft();
    if (raft == nullptr || header.to != identity.node || !peers.slot_of(header.from))
        return base::Errc::not_ready;
    if (header.term < raft->term() || is_leader()) return base::Errc::not_leader;
    if (header.term > raft->term())
        return base::Errc::not_ready; // the leader's next heartbeat brings the term
    if (raft->wants_snapshot(header.last_index, header.last_term)) return std::nullopt;
    if (fenced) {
        const bool reaches = number(header.last_index) >= applier->applied();
        const bool held =
            header.last_index <= raft->durable_index() && header.last_index <= raft->commit_index();
        if (!reaches) return SnapshotProgress{SnapshotProgress::Stage::outdated, 0};
        if (!held) return base::Errc::not_ready; // soon
        return std::nullopt;
    }
    if (header.last_index > raft->durable_index()) return base::Errc::not_ready; // held, but not safely yet
    return SnapshotProgress{SnapshotProgress::Stage::installed, header.bytes};
}

/// The configuration first. Should this process end between the state and the log behind it, the log starts
/// anew at the state, and must not do so with who counted long before. Beside the old log a later
/// configuration, which is committed, does no harm: what it lacks keeps this replica from winning a majority
/// of it.
void Engine::Impl::begin_snapshot(const SnapshotHeader& header, std::function<void()> done) {
    applier->pause();
    rebuilding = !core.raft()->wants_snapshot(header.last_index, header.last_term);
    if (rebuilding) return done();
    log_ends_soon = true;
    set_base_configuration(header.configuration);
    disk->write_metadata(encode(identity), std::move(done));
}

/// The log goes on behind the snapshot at once, and takes part in everything; what it commits waits until the
/// machine holds the snapshot. Until then this replica is fenced: what the machine holds is in part nobody's.
void Engine::Impl::restart_log(const SnapshotHeader& header, std::function<void()> done) {
    contents_whole = false;
    if (!fenced) fenced = "its contents are being taken over";
    tell_change();
    if (rebuilding) return done();
    const storage::LogWrite::Reset base{number(header.last_index), number(header.last_term)};
    core.hold();
    disk->reset(base, encode(identity), [this, header, done = std::move(done)] {
        checkpoints->snapshot_installed();
        applier->drop_backlog();
        log_ends_soon = false;
        core.release({header.from, header.term, header.last_index, header.last_term, header.configuration});
        done();
    });
}

void Engine::Impl::snapshot_installed(const SnapshotHeader& header) {
    const auto version = number(header.last_index);
    base::log::info("installed a snapshot",
                    {{"group", options.group}, {"version", version}, {"bytes", header.bytes}});
    digests = {};
    digests.add(version, machine.digest());
    fenced.reset();
    state_damage.clear();
    confirmed = contents_whole = true; // they are the leader's
    applier->continue_at({version, number(header.last_term)});
    tell_change();
    core.give(consensus::Tick{}); // it settles, and so takes up its office if it has got one meanwhile
}

} // namespace bookstore::replication
