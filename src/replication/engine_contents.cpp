// Contents that must not be shown. What a disk kept may have changed there: after a start nothing is served
// until the group has agreed with it. What is known to be wrong, or lost, is fenced: the replica serves
// nothing, does not lead, and takes its contents anew from another. Its log and its vote are as good as ever,
// so it goes on being a member.
#include <utility>

#include <bookstore/base/log.hpp>

#include "replication/engine.hpp"
#include "replication/number_pair.hpp"

namespace bookstore::replication {
namespace {

constexpr base::Duration compare_interval = base::seconds(1);
constexpr base::Duration first_compare_interval = base::milliseconds(250); ///< until the first agreement
constexpr base::Duration rebuild_interval = base::milliseconds(500); ///< between two requests for a snapshot

/// So long after it could serve a replica waits for a verdict: without a majority to give one, one that
/// serves is better than none.
constexpr base::Duration confirmation_patience = base::seconds(5);

} // namespace

void Engine::Impl::tend_contents() {
    const auto now = env.scheduler.now();
    if (fenced) {
        if (now < next_rebuild_at) return;
        next_rebuild_at = now + rebuild_interval;
        if (is_leader()) return core.give(consensus::TransferAsked{successor()});
        if (receiver->installing()) return;
        if (const auto* leader = peers.endpoint_of(core.raft()->leader()))
            env.transport.notify(*leader, peers.method(GroupMethod::rebuild),
                                 encode_numbers(number(identity.node), 0));
        return;
    }
    if (!confirmed) await_confirmation();
    if (!in_office() || now < next_comparison_at) return;
    next_comparison_at = now + (confirmed ? compare_interval : first_compare_interval);
    compare_contents();
}

void Engine::Impl::await_confirmation() {
    const auto now = env.scheduler.now();
    if (!in_office() && readiness.obstacle(applier->applied(), now)) return;
    if (!confirmed_by) confirmed_by = now + confirmation_patience;
    if (now < *confirmed_by) return;
    base::log::warning("serves contents that no majority has confirmed",
                       {{"group", options.group}, {"version", applier->applied()}});
    confirm_contents();
}

void Engine::Impl::confirm_contents() {
    if (std::exchange(confirmed, true)) return;
    tell_change();
    core.give(consensus::Tick{}); // it settles, and so takes up its office if it has one
}

void Engine::Impl::fence(std::string why) {
    fenced = std::move(why);
    base::log::error("this replica is fenced off", {{"group", options.group}, {"cause", fence_reason()}});
    applier->pause();
    if (led_term) lose_leadership();
    version_waits.fail(base::Errc::not_ready);
    leader_reads.fail(base::Errc::not_ready);
    tell_change();
    core.give(consensus::Tick{}); // it settles, and so asks for a snapshot
}

std::string Engine::Impl::fence_reason() const {
    if (const auto account = receiver->account(); !account.empty()) return *fenced + ": " + account;
    const auto* raft = core.raft();
    if (alone()) return *fenced + ", and there is no other replica to take them from: restore a backup";
    if (raft == nullptr || raft->leader() == consensus::nobody || is_leader())
        return *fenced + ": they will be taken anew from another replica when one leads";
    return *fenced + ": they are taken anew from another replica";
}

void Engine::Impl::rebuild_asked(const std::string& notice) {
    const auto asked = decode_numbers(notice);
    if (!asked || refusal() || !leading()) return;
    const consensus::NodeId node{asked->first};
    let_nobody_go(); // one at a time
    if (convicted.erase(node) > 0 && gate_told && gate != nullptr) gate->contents_differed();
    if (core.raft()->configuration().contains(node)) sender->send(node, core.raft()->first_index());
}

} // namespace bookstore::replication
