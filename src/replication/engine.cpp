#include "replication/engine.hpp"

#include <utility>

#include <bookstore/base/mutant.hpp>
#include <bookstore/net/loop.hpp>

#include "replication/engine_meters.hpp"

namespace bookstore::replication {

Engine::Impl::Impl(ReplicaOptions o, Environment e, base::StateMachine& m, Gate* g)
    : options(std::move(o)),
      env(std::move(e)),
      machine(m),
      gate(g),
      meters(std::make_unique<Meters>(env.metrics, options.group)),
      deadlines(env.scheduler),
      peers(options, env.transport),
      readiness(2 * options.election_timeout),
      version_waits(deadlines),
      changes(deadlines),
      core(env.scheduler,
           {[this](consensus::Effects effects) { carry_out(std::move(effects)); }, [this] { settle(); }}),
      batcher(env.scheduler, deadlines, gate,
              {[this]() -> std::optional<consensus::LogIndex> {
                   const auto* raft = core.raft();
                   if (raft == nullptr || !raft->may_propose()) return std::nullopt;
                   return raft->last_index() + 1;
               },
               [this](std::shared_ptr<const std::string> payload) {
                   core.give(consensus::Proposed{std::move(payload)});
               }}),
      core_reads(deadlines, [this](base::TimePoint, auto done) { start_read_round(std::move(done)); }),
      leader_reads(deadlines, [this](base::TimePoint deadline, auto done) {
          auto task = [self = shared_from_this(), deadline, done] {
              return ask_leader(self, deadline, done);
          };
          net::spawn(env.executor, "read index", std::move(task));
      }) {
    INVARIANT(options.slot < options.members.size());
}

Engine::Impl::~Impl() = default;

Engine::Engine(ReplicaOptions options, Environment environment, base::StateMachine& machine, Gate* gate)
    : impl_(std::make_shared<Impl>(std::move(options), std::move(environment), machine, gate)) {}

Engine::~Engine() {
    impl_->change_handlers.clear(); // who listens may be gone already
    impl_->close();
}

void Engine::start() {
    impl_->start();
}

boost::asio::awaitable<base::result<Applied>> Engine::propose(std::string command, base::TimePoint deadline) {
    return Impl::propose(impl_, std::move(command), deadline);
}

boost::asio::awaitable<base::result<Applied>> Engine::propose_anywhere(std::string command,
                                                                       base::TimePoint deadline) {
    return Impl::propose_anywhere(impl_, std::move(command), deadline);
}

boost::asio::awaitable<base::result<AppliedAll>> Engine::propose_all(Bundle commands,
                                                                     base::TimePoint deadline) {
    return Impl::propose_all(impl_, std::move(commands), deadline);
}

boost::asio::awaitable<base::result<AppliedAll>> Engine::propose_all_anywhere(Bundle commands,
                                                                              base::TimePoint deadline) {
    return Impl::propose_all_anywhere(impl_, std::move(commands), deadline);
}

boost::asio::awaitable<base::result<std::uint64_t>> Engine::read_barrier(base::TimePoint deadline) {
    return Impl::read_barrier(impl_, deadline);
}

boost::asio::awaitable<base::result<std::uint64_t>> Engine::wait_applied(std::uint64_t version,
                                                                         base::TimePoint deadline) {
    return Impl::wait_applied(impl_, version, deadline);
}

boost::asio::awaitable<base::result<std::vector<MemberStatus>>> Engine::members(base::TimePoint deadline) {
    return Impl::members(impl_, deadline);
}

boost::asio::awaitable<base::result<ChangeOutcome>> Engine::change_member(consensus::Change change,
                                                                          base::TimePoint deadline) {
    return Impl::change_member(impl_, change, deadline);
}

bool Engine::leading() const {
    return impl_->leading();
}

base::TimePoint Engine::lease_until() const {
    return impl_->leading() ? impl_->core.raft()->lease_until() : base::TimePoint{};
}

std::uint64_t Engine::announced_index() const {
    const auto* raft = impl_->core.raft();
    if (base::built_in("registers-at-committed")) return raft ? number(raft->commit_index()) : 0;
    return std::max(raft ? number(raft->last_index()) : 0, impl_->batcher.announced_index());
}

std::uint64_t Engine::applied() const {
    return impl_->applier ? impl_->applier->applied() : 0;
}

void Engine::store_applied() {
    if (impl_->applier) impl_->applier->flush();
}

Phase Engine::phase() const {
    return impl_->applier ? impl_->phase() : Phase::forming; // which is before start()
}

Status Engine::status() const {
    return impl_->status();
}

void Engine::on_change(std::function<void(const Status&)> handler) {
    impl_->change_handlers.push_back(std::move(handler));
}

void Engine::on_fatal(std::function<void(std::string)> handler) {
    impl_->fatal_handler = std::move(handler);
}

boost::asio::awaitable<void> Engine::stop(base::TimePoint deadline) {
    return Impl::stop(impl_, deadline);
}

} // namespace bookstore::replication
