// What a verification finds at rest. In memory there is another copy of it, which is right as far as anybody
// knows, so there is time: a damaged state is taken anew from another replica; with a damaged log the replica
// steps aside, to join anew when it is started again. Disks that were bought together fail together: the
// leader lets one go at a time, and nobody of whom the majority is made.
#include <utility>

#include <bookstore/base/log.hpp>
#include <bookstore/net/loop.hpp>

#include "replication/engine.hpp"
#include "replication/number_pair.hpp"

namespace bookstore::replication {
namespace {

constexpr base::Duration ask_interval = base::seconds(2);
constexpr base::Duration answer_patience = base::seconds(1);
/// A hand-over ends the leases for an election time-out, so where all are damaged it is not done too often.
constexpr base::Duration hand_over_interval = base::seconds(10);

/// The others that answer and vote, counted against all that vote.
bool can_do_without(const std::vector<MemberStatus>& members, consensus::NodeId node) {
    std::size_t voters = 0;
    std::size_t others = 0;
    for (const auto& member : members) {
        if (member.standing != MemberStatus::Standing::voter) continue;
        ++voters;
        if (member.node != node && member.answers) ++others;
    }
    return others >= voters / 2 + 1;
}

} // namespace

void Engine::Impl::make_scrubbers() {
    const Scrubber::Pace pace{options.scrub_bytes_per_second, options.scrub_every};
    // The log not on its own worker, which has batches to write: its store allows for that.
    state_scrubber = std::make_unique<Scrubber>(
        options.group, "state", pace, env.state_worker, env.scheduler, env.random, env.metrics,
        Scrubber::Hooks{[&store = env.state](std::size_t bytes) { return store.scrub(bytes); },
                        [this] { state_damage.clear(); },
                        [this](const std::string& cause) { state_damaged(cause); },
                        [this] { return fenced || receiver->installing(); }});
    log_scrubber = std::make_unique<Scrubber>(
        options.group, "log", pace, env.snapshot_worker, env.scheduler, env.random, env.metrics,
        Scrubber::Hooks{[&store = env.log](std::size_t bytes) { return store.scrub(bytes); },
                        [this] { log_damage.clear(); },
                        [this](const std::string& cause) {
                            log_damage = cause;
                            core.give(consensus::Tick{});
                        },
                        [this] { return receiver->installing(); }});
}

void Engine::Impl::state_damaged(const std::string& cause) {
    if (fenced) return; // it is taken anew in any case
    state_damage = cause;
    core.give(consensus::Tick{}); // it settles, and so is tended
}

std::string Engine::Impl::damage() const {
    if (!log_damage.empty()) return log_damage;
    if (state_damage.empty()) return "";
    return state_damage + (alone() ? ", and there is no other replica to take it from"
                                   : ": it is taken anew from another replica as soon as the leader lets it");
}

void Engine::Impl::tend_damage() {
    const auto now = env.scheduler.now();
    if (damage().empty() || alone() || now < next_leave_asked_at) return;
    next_leave_asked_at = now + ask_interval;
    const auto why = log_damage.empty() ? Leave::to_rebuild : Leave::for_good;
    if (is_leader()) return hand_over_for_damage(why);
    auto task = [self = shared_from_this(), why] { return ask_leave(self, why); };
    net::spawn(env.executor, "leave", std::move(task));
}

/// Whoever takes over lets it go, or hands on for the same reason.
void Engine::Impl::hand_over_for_damage(Leave why) {
    if (why == Leave::for_good && !can_do_without(member_list(), identity.node)) return;
    const auto next = next_in_turn();
    if (next == consensus::nobody) return;
    next_leave_asked_at = env.scheduler.now() + hand_over_interval;
    core.give(consensus::TransferAsked{next});
}

/// For so long after one has been let go, and after taking office, for the one before may have let one go.
/// Whoever may go does so at once or never, and is missed an election time-out later.
void Engine::Impl::let_nobody_go() {
    next_leave_at = env.scheduler.now() + answer_patience + 4 * options.election_timeout;
}

/// A snapshot is made of the state on the disk: a leader has none to give while its own is damaged.
bool Engine::Impl::may_leave(consensus::NodeId node, Leave why) const {
    if (!leading() || env.scheduler.now() < next_leave_at) return false;
    return why == Leave::to_rebuild ? state_damage.empty() : can_do_without(member_list(), node);
}

boost::asio::awaitable<void> Engine::Impl::ask_leave(Self self, Leave why) {
    if (self->absence()) co_return;
    const auto deadline = self->env.scheduler.now() + answer_patience;
    auto request = encode_numbers(number(self->identity.node), static_cast<std::uint64_t>(why));
    const auto answer = co_await ask_leader_for(self, GroupMethod::leave, std::move(request), deadline);
    // After the deadline another may have been let go.
    if (answer.has_error() || self->absence() || self->env.scheduler.now() > deadline) co_return;
    if (why == Leave::to_rebuild && !self->state_damage.empty() && !self->fenced)
        self->fence("its state is damaged on its disk (" + std::exchange(self->state_damage, {}) + ")");
    if (why == Leave::for_good && !self->log_damage.empty())
        self->refused("its log is damaged on its disk (" + self->log_damage +
                      "): it joins its group anew when it is started again");
}

Engine::Impl::Call<std::string> Engine::Impl::serve_leave(Self self, std::string request) {
    if (!self) co_return base::Errc::stopping;
    const auto asked = decode_numbers(request);
    if (!asked || asked->second > static_cast<std::uint64_t>(Leave::for_good))
        co_return base::Errc::protocol_error;
    if (const auto refusal = self->refusal()) co_return *refusal;
    if (!self->is_leader()) co_return base::Errc::not_leader;
    if (!self->may_leave(consensus::NodeId{asked->first}, static_cast<Leave>(asked->second)))
        co_return base::Errc::not_ready;
    self->let_nobody_go();
    co_return std::string{};
}

} // namespace bookstore::replication
