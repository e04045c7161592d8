// The public face, and what other replicas call. Every call holds the parts by `self`.
#include <algorithm>
#include <utility>

#include <bookstore/base/bytes.hpp>
#include <bookstore/net/loop.hpp>
#include <bookstore/replication/forwarding.hpp>

#include "replication/engine.hpp"
#include "replication/number_pair.hpp"

namespace bookstore::replication {
namespace {

constexpr base::Duration poll_interval = base::milliseconds(2); ///< of stop() alone

base::result<std::uint64_t> decode_index(const base::result<std::string>& bytes) {
    if (bytes.has_error()) return bytes.error();
    base::ByteReader in(*bytes);
    const auto index = in.varint();
    if (!in.complete()) return base::Errc::protocol_error;
    return index;
}

} // namespace

Engine::Impl::Call<Applied> Engine::Impl::propose(Self self, std::string command, base::TimePoint deadline) {
    Bundle commands;
    commands.add(command);
    auto applied = co_await propose_all(std::move(self), std::move(commands), deadline);
    co_return only(std::move(applied));
}

Engine::Impl::Call<Applied> Engine::Impl::propose_anywhere(Self self, std::string command,
                                                           base::TimePoint deadline) {
    Bundle commands;
    commands.add(command);
    auto applied = co_await propose_all_anywhere(std::move(self), std::move(commands), deadline);
    co_return only(std::move(applied));
}

Engine::Impl::Call<AppliedAll> Engine::Impl::propose_all(Self self, Bundle commands,
                                                         base::TimePoint deadline) {
    if (const auto refusal = self->refusal()) co_return *refusal;
    if (!self->is_leader() || !self->core.raft()->may_propose()) co_return base::Errc::not_leader;
    if (self->space->room() != SpaceWatch::Room::enough)
        co_return self->hand_over_tried ? base::Errc::overloaded : base::Errc::not_leader;
    auto promise = self->batcher.add(std::move(commands), deadline);
    if (promise.has_error()) co_return promise.error();
    co_return co_await std::move(*promise).wait();
}

Engine::Impl::Call<AppliedAll> Engine::Impl::propose_all_anywhere(Self self, Bundle commands,
                                                                  base::TimePoint deadline) {
    if (const auto refusal = self->refusal()) co_return *refusal;
    if (self->is_leader()) co_return co_await propose_all(self, std::move(commands), deadline);
    const auto* leader = self->peers.endpoint_of(self->core.raft()->leader());
    if (leader == nullptr) co_return base::Errc::not_ready;
    const auto answer = co_await self->env.transport.call(*leader, self->peers.method(GroupMethod::propose),
                                                          encode_commands(commands), deadline);
    if (answer.has_error()) co_return answer.error();
    co_return decode_applied(*answer);
}

Engine::Impl::Call<std::string> Engine::Impl::serve_propose(Self self, std::string request,
                                                            base::TimePoint deadline) {
    if (!self) co_return base::Errc::stopping;
    auto commands = decode_commands(request);
    if (commands.has_error()) co_return commands.error();
    const auto began = self->env.scheduler.now();
    auto applied = co_await propose_all(self, std::move(*commands), deadline);
    if (applied.has_error()) co_return applied.error();
    applied->took = self->env.scheduler.now() - began;
    co_return encode(*applied);
}

Engine::Impl::Call<std::uint64_t> Engine::Impl::read_barrier(Self self, base::TimePoint deadline) {
    if (const auto refusal = self->refusal()) co_return *refusal;
    const bool behind = self->applier->applied() < number(self->core.raft()->last_index());
    if (behind) self->want_news(); // while the leader is asked how far it is
    auto& rounds = self->is_leader() ? self->core_reads : self->leader_reads;
    auto asked = rounds.ask(deadline);
    const auto index = co_await std::move(asked).wait();
    if (index.has_error()) co_return index.error();
    co_return co_await wait_applied(self, *index, deadline);
}

boost::asio::awaitable<void> Engine::Impl::ask_leader(Self self, base::TimePoint deadline,
                                                      std::function<void(base::result<std::uint64_t>)> done) {
    const auto* raft = self->core.raft();
    const auto* leader = raft == nullptr ? nullptr : self->peers.endpoint_of(raft->leader());
    if (leader == nullptr || raft->leader() == self->identity.node) {
        done(base::Errc::not_ready);
        co_return;
    }
    const auto answer =
        co_await self->env.transport.call(*leader, self->peers.method(GroupMethod::read_index), {}, deadline);
    done(decode_index(answer));
}

Engine::Impl::Call<std::string> Engine::Impl::serve_read_index(Self self, base::TimePoint deadline) {
    if (!self) co_return base::Errc::stopping;
    if (const auto refusal = self->refusal()) co_return *refusal;
    if (!self->is_leader()) co_return base::Errc::not_leader;
    auto asked = self->core_reads.ask(deadline);
    const auto index = co_await std::move(asked).wait();
    if (index.has_error()) co_return index.error();
    base::ByteWriter out;
    out.varint(*index);
    co_return out.take();
}

Engine::Impl::Call<std::uint64_t> Engine::Impl::wait_applied(Self self, std::uint64_t version,
                                                             base::TimePoint deadline) {
    if (const auto refusal = self->refusal()) co_return *refusal;
    if (self->applier->applied() >= version) co_return self->applier->applied();
    self->want_news();
    auto reached = self->version_waits.add(version, deadline);
    const auto applied = co_await std::move(reached).wait();
    if (const auto refusal = self->refusal()) co_return *refusal; // fenced off since it was reached
    co_return applied;
}

/// Somebody is about to wait here for what may be committed already: the leader tells commits by themselves
/// only to whom they matter.
void Engine::Impl::want_news() {
    if (is_leader()) return;
    const auto now = env.scheduler.now();
    const auto* leader = peers.endpoint_of(core.raft()->leader());
    if (leader == nullptr || now < next_news_wanted_at) return;
    next_news_wanted_at = now + options.heartbeat_interval;
    env.transport.notify(*leader, peers.method(GroupMethod::news), encode_numbers(number(identity.node), 0));
}

void Engine::Impl::news_wanted(const std::string& notice) {
    if (const auto who = decode_numbers(notice))
        core.give(consensus::NewsWanted{consensus::NodeId{who->first}});
}

Engine::Impl::Call<std::string> Engine::Impl::serve_snapshot(Self self, std::string request) {
    if (!self) co_return base::Errc::stopping;
    if (const auto refusal = self->absence()) co_return *refusal;
    const auto chunk = decode_snapshot_chunk(request);
    if (chunk.has_error()) co_return chunk.error();
    auto data = std::string(chunk->data);
    const auto answer =
        co_await SnapshotReceiver::receive(self->receiver, chunk->header, chunk->offset, std::move(data));
    if (answer.has_error()) co_return answer.error();
    co_return encode(*answer);
}

boost::asio::awaitable<void> Engine::Impl::stop(Self self, base::TimePoint deadline) {
    if (self->closed) co_return;
    self->stopping = true;
    self->tell_change();
    const auto& scheduler = self->env.scheduler;
    const auto half = scheduler.now() + (deadline - scheduler.now()) / 2;
    const std::function<bool()> drained = [&impl = *self] {
        return !impl.is_leader() || impl.batcher.idle();
    };
    co_await until(self, half, drained);
    if (self->is_leader() && self->core.raft()->configuration().voters.size() > 1) {
        self->core.give(consensus::TransferAsked{self->successor()});
        // A transfer that has not worked within an election time-out has failed.
        const auto patience = std::min(deadline, scheduler.now() + 2 * self->options.election_timeout);
        const std::function<bool()> handed_over = [&impl = *self] { return !impl.is_leader(); };
        co_await until(self, patience, handed_over);
    }
    co_await make_state_durable(self, deadline);
    self->close();
}

boost::asio::awaitable<void> Engine::Impl::make_state_durable(Self self, base::TimePoint deadline) {
    if (self->failure || !self->applier) co_return;
    const std::function<bool()> stored = [&impl = *self] {
        impl.applier->flush();
        return impl.applier->store_idle() || impl.receiver->installing();
    };
    co_await until(self, deadline, stored);
    if (self->closed) co_return;
    net::Promise<bool> done;
    const auto expiry = self->env.scheduler.at(deadline, [done] { done.set(false); });
    self->env.state_worker.submit([&store = self->env.state] { store.checkpoint(); },
                                  [done](std::exception_ptr) { done.set(true); });
    co_await std::move(done).wait();
}

boost::asio::awaitable<void> Engine::Impl::until(Self self, base::TimePoint deadline,
                                                 std::function<bool()> met) {
    while (!self->closed && !met() && self->env.scheduler.now() < deadline)
        co_await net::sleep_until(self->env.scheduler, self->env.scheduler.now() + poll_interval);
}

} // namespace bookstore::replication
