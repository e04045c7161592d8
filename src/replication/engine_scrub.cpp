// What a verification finds at rest. In memory there is another copy of it, which is right as far as anybody
// knows, so there is time: a damaged state is taken anew from another replica; with a damaged log the replica
// steps aside, to join anew when it is started again, but not before the others are a majority without it.
#include <algorithm>
#include <utility>

#include <bookstore/base/log.hpp>
#include <bookstore/net/loop.hpp>

#include "replication/engine.hpp"

namespace bookstore::replication {
namespace {

constexpr base::Duration step_aside_interval = base::seconds(2);
constexpr base::Duration answer_patience = base::seconds(1);

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
        options.group, "state", pace, env.state_worker, env.scheduler, env.metrics,
        Scrubber::Hooks{[&store = env.state](std::size_t bytes) { return store.scrub(bytes); },
                        [this] { state_damage.clear(); },
                        [this](const std::string& cause) { state_damaged(cause); },
                        [this] { return fenced || receiver->installing(); }});
    log_scrubber = std::make_unique<Scrubber>(
        options.group, "log", pace, env.snapshot_worker, env.scheduler, env.metrics,
        Scrubber::Hooks{[&store = env.log](std::size_t bytes) { return store.scrub(bytes); },
                        [this] { log_damage.clear(); },
                        [this](const std::string& cause) {
                            log_damage = cause;
                            core.give(consensus::Tick{}); // it settles, and so steps aside if it may
                        },
                        [this] { return receiver->installing(); }});
}

void Engine::Impl::state_damaged(const std::string& cause) {
    if (fenced) return;
    if (!alone()) return fence("its state is damaged on its disk (" + cause + ")");
    // What is in memory is the last copy that is right: it goes on being served.
    state_damage = cause + ", and there is no other replica to take it from";
    tell_change();
}

void Engine::Impl::tend_damaged_log() {
    const auto now = env.scheduler.now();
    if (log_damage.empty() || alone() || now < next_step_aside_at) return;
    next_step_aside_at = now + step_aside_interval;
    if (is_leader()) return core.give(consensus::TransferAsked{successor()});
    auto task = [self = shared_from_this()] { return ask_to_step_aside(self); };
    net::spawn(env.executor, "step aside", std::move(task));
}

boost::asio::awaitable<void> Engine::Impl::ask_to_step_aside(Self self) {
    const auto answer = co_await members(self, self->env.scheduler.now() + answer_patience);
    if (self->closed || self->failure || self->log_damage.empty()) co_return;
    if (answer.has_error() || !can_do_without(*answer, self->identity.node)) co_return;
    self->refused("its log is damaged on its disk (" + self->log_damage +
                  "): it joins its group anew when it is started again");
}

} // namespace bookstore::replication
