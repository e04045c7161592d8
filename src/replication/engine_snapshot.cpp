// A state instead of a log: for peers whose next entry has been cut away, and for us when we are one.
#include <utility>

#include <bookstore/base/log.hpp>

#include "replication/engine.hpp"

namespace bookstore::replication {

void Engine::Impl::make_snapshot_parts() {
    const auto fail = [this](const std::string& cause) { failed(cause); };
    sender = std::make_shared<SnapshotSender>(
        env.state, env.state_worker, peers, env.transport, env.scheduler, env.executor,
        SnapshotSender::Hooks{[this] { return applier->submitted(); },
                              [this](std::uint64_t index) -> std::optional<SnapshotHeader> {
                                  if (!is_leader() || fenced) return std::nullopt;
                                  SnapshotHeader header;
                                  header.from = identity.node;
                                  header.term = core.raft()->term();
                                  header.configuration =
                                      core.raft()->configuration_at(consensus::LogIndex{index});
                                  return header;
                              },
                              [this](const consensus::SnapshotSent& sent) { core.give(sent); }, fail});
    receiver = std::make_shared<SnapshotReceiver>(
        machine, env.state, env.state_worker, env.scheduler,
        SnapshotReceiver::Hooks{[this](const SnapshotHeader& header) { return object_to(header); },
                                [this](const SnapshotHeader& header, std::function<void()> done) {
                                    begin_snapshot(header, std::move(done));
                                },
                                [this](const SnapshotHeader& header, std::function<void()> done) {
                                    restart_log(header, std::move(done));
                                },
                                [this](const SnapshotHeader& header) { snapshot_installed(header); },
                                [this] {
                                    if (!fenced) applier->resume();
                                },
                                fail});
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
        if (!reaches || !held) return base::Errc::not_ready; // the next one will
        return std::nullopt;
    }
    if (header.last_index > raft->durable_index()) return base::Errc::not_ready; // held, but not safely yet
    return SnapshotProgress::installed;
}

/// The configuration first. Should this process end between the state and the log behind it, the log starts
/// anew at the state, and must not do so with who counted long before. Beside the old log a later
/// configuration, which is committed, does no harm: what it lacks keeps this replica from winning a majority
/// of it.
void Engine::Impl::begin_snapshot(const SnapshotHeader& header, std::function<void()> done) {
    applier->pause();
    rebuilding = !core.raft()->wants_snapshot(header.last_index, header.last_term);
    if (rebuilding) return done();
    set_base_configuration(header.configuration);
    disk->write_metadata(encode(identity), std::move(done));
}

void Engine::Impl::restart_log(const SnapshotHeader& header, std::function<void()> done) {
    if (rebuilding) return done();
    const storage::LogWrite::Reset base{number(header.last_index), number(header.last_term)};
    core.hold();
    disk->reset(base, encode(identity), std::move(done));
}

void Engine::Impl::snapshot_installed(const SnapshotHeader& header) {
    base::log::info(
        "installed a snapshot",
        {{"group", options.group}, {"version", number(header.last_index)}, {"bytes", header.bytes}});
    digests = {};
    digests.add(number(header.last_index), machine.digest());
    confirmed = true; // they are the leader's
    if (rebuilding) return contents_rebuilt(header);
    fenced.reset();
    checkpoints->snapshot_installed();
    applier->restart_at({number(header.last_index), number(header.last_term)});
    core.release({header.from, header.term, header.last_index, header.last_term, header.configuration});
}

} // namespace bookstore::replication
