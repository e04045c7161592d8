// From what the disk holds to a running core.
#include <utility>

#include <bookstore/base/log.hpp>

#include "replication/engine.hpp"

namespace bookstore::replication {

void Engine::Impl::start() {
    auto loaded = load_from_disk(options, env, machine);
    identity = loaded.identity;
    make_parts(loaded);
    restored = std::move(loaded.restored);
    listen();
    if (identity.removed) return failed(removal_reason());
    if (identity.overtaken_by != 0) return failed(overtaken_reason());
    was_member = founder();
    if (loaded.contents_lost) {
        fence("its contents were damaged or lost");
    } else {
        digests.add(loaded.state.index, machine.digest());
        confirmed = loaded.state.index == 0; // what a disk has kept may have changed there
    }
    if (identity.formed()) start_core();
    formation->start();
    space->start();
    state_scrubber->start();
    log_scrubber->start();
    tell_change();
}

void Engine::Impl::make_parts(const Loaded& loaded) {
    const auto fail = [this](const std::string& cause) { failed(cause); };
    disk = std::make_unique<Disk>(
        options.group, env.log, env.log_worker, env.scheduler, env.metrics,
        SlowDisk(options.election_timeout / 2, options.election_timeout),
        Disk::Hooks{[this](std::uint64_t sequence) { core.give(consensus::Persisted{sequence}); },
                    [this](const consensus::Message& message) { peers.send(message, identity.generation); },
                    fail});
    checkpoints = std::make_unique<Checkpoints>(
        env.state, env.state_worker, options.checkpoint_bytes, options.log_keep_bytes,
        Checkpoints::Hooks{[this](std::uint64_t index) { compact(index); }, fail,
                           [this] { applier->flush(); }});
    applier = std::make_unique<Applier>(
        machine, env.state, env.state_worker, env.scheduler, loaded.state,
        Applier::Hooks{[this](consensus::LogIndex index) { return batcher.awaits(index); },
                       [this](const consensus::Entry& entry, Bundle& outcomes) {
                           digests.add(number(entry.index), machine.digest());
                           batcher.applied(entry, outcomes);
                           checkpoints->applied(number(entry.index), entry.payload->size());
                       },
                       [this] {
                           version_waits.reached(applier->applied());
                           checkpoints->run();
                           tell_change();
                       },
                       fail});
    for (const auto& entry : loaded.restored.entries) {
        if (entry.index <= loaded.restored.applied)
            checkpoints->restored(number(entry.index), entry.payload->size());
    }
    space = std::make_unique<SpaceWatch>(options.group, env.space, options.reserve_bytes, env.state_worker,
                                         env.scheduler, env.metrics, [this] {
                                             tell_change();
                                             core.give(consensus::Tick{}); // it settles, and so is tended
                                         });
    formation = std::make_shared<Formation>(
        options, identity, peers, env.transport, env.scheduler, env.executor,
        Formation::Hooks{[this](std::vector<consensus::NodeId> founders, std::uint64_t generation) {
                             group_found(std::move(founders), generation);
                         },
                         [this](const std::string& reason) { refused(reason); },
                         [this] { return group_lives(); },
                         [this](std::vector<consensus::NodeId> founders, std::uint64_t generation) {
                             if (blank())
                                 follow(std::move(founders), generation);
                             else
                                 overtaken(generation);
                         },
                         [this](const std::string& reason) { contradicted(reason); }});
    make_snapshot_parts();
    make_scrubbers();
}

void Engine::Impl::listen() {
    answer_calls();
    hear_notices();
    env.transport.on_state([weak = weak_from_this()](const net::Endpoint& peer, bool connected) {
        const auto self = weak.lock();
        if (!self) return;
        if (!connected) return self->connection_lost(peer);
        self->next_comparison_at = {}; // who comes back may bring other contents: looked at soon
    });
}

void Engine::Impl::answer_calls() {
    // These lambdas are no coroutines, but for hello: what they start holds the parts by itself.
    const auto serve = [this, weak = weak_from_this()](GroupMethod method, auto answer) {
        env.transport.on_call(
            peers.method(method),
            [weak, answer](std::string request, base::TimePoint deadline) -> Call<std::string> {
                return answer(weak.lock(), std::move(request), deadline);
            });
    };
    const auto hello = [](Self self, std::string request, base::TimePoint) -> Call<std::string> {
        if (!self || self->closed || self->failure) co_return base::Errc::stopping;
        co_return self->formation->answer(request);
    };
    serve(GroupMethod::hello, hello);
    serve(GroupMethod::propose, &serve_propose);
    serve(GroupMethod::digest, &serve_digest);
    serve(GroupMethod::change, &serve_change);
    serve(GroupMethod::read_index, [](Self self, std::string, base::TimePoint deadline) {
        return serve_read_index(std::move(self), deadline);
    });
    serve(GroupMethod::snapshot, [](Self self, std::string request, base::TimePoint) {
        return serve_snapshot(std::move(self), std::move(request));
    });
    serve(GroupMethod::members,
          [](Self self, std::string, base::TimePoint) { return serve_members(std::move(self)); });
    serve(GroupMethod::leave, [](Self self, std::string request, base::TimePoint) {
        return serve_leave(std::move(self), std::move(request));
    });
}

void Engine::Impl::hear_notices() {
    const auto hear = [this, weak = weak_from_this()](GroupMethod method, auto heard) {
        env.transport.on_notice(peers.method(method), [weak, heard](const std::string& notice) {
            if (const auto self = weak.lock()) (*self.*heard)(notice);
        });
    };
    hear(GroupMethod::raft, &Impl::received);
    hear(GroupMethod::verdict, &Impl::verdict_heard);
    hear(GroupMethod::rebuild, &Impl::rebuild_asked);
    hear(GroupMethod::slow, &Impl::slow_heard);
    hear(GroupMethod::news, &Impl::news_wanted);
}

void Engine::Impl::group_found(std::vector<consensus::NodeId> founders, std::uint64_t generation) {
    auto next = identity;
    next.founders = std::move(founders);
    next.generation = generation;
    if (next.founders[options.slot] == next.node) next.configuration = {next.founders, {}};
    disk->write_metadata(encode(next), [this, next] {
        identity = next;
        was_member = founder();
        restored.configuration = identity.configuration;
        base::log::info(was_member ? "the group has formed"
                                   : "asks to join: this data directory is new to the group",
                        {{"group", options.group}, {"members", identity.founders.size()}});
        start_core();
        tell_change();
    });
}

bool Engine::Impl::founder() const {
    return identity.formed() && identity.founders[options.slot] == identity.node;
}

void Engine::Impl::start_core() {
    consensus::Options core_options;
    core_options.self = identity.node;
    core_options.election_timeout = options.election_timeout;
    core_options.heartbeat_interval = options.heartbeat_interval;
    core_options.drift_margin = options.drift_margin;
    core_options.reluctant = options.members[options.slot].reluctant;
    core.start(core_options, std::move(restored), env.random);
}

void Engine::Impl::refused(const std::string& reason) {
    failed(reason);
    if (fatal_handler) fatal_handler(reason);
}

} // namespace bookstore::replication
