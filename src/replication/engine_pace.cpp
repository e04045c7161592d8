// A disk that is slow. What a leader applies is durable on its own disk, so everybody's writes wait for that:
// it hands over to a replica whose disk keeps up. Who follows tells the leader while its own does not, so
// that nobody hands over to one that is no better. Reads and leases rest on no disk, and go on.
#include <chrono>
#include <utility>

#include <bookstore/base/log.hpp>

#include "replication/engine.hpp"
#include "replication/engine_meters.hpp"
#include "replication/number_pair.hpp"

namespace bookstore::replication {
namespace {

constexpr base::Duration notice_interval = base::seconds(1);
constexpr base::Duration notice_life = base::seconds(3);
/// Who was slow a moment ago may be so again: disks that are slow by turns must not pass leadership round.
/// One that hangs serves no write at all, so that less is lost by trying.
constexpr base::Duration hand_over_pause = base::seconds(10);
constexpr base::Duration hand_over_pause_hung = base::seconds(2);

long long in_ms(base::Duration time) {
    return std::chrono::duration_cast<base::milliseconds>(time).count();
}

} // namespace

void Engine::Impl::tend_pace() {
    const auto now = env.scheduler.now();
    const bool slow = disk->pace().slow(now);
    if (slow != std::exchange(told_slow, slow)) log_pace(slow);
    if (!slow) return;
    if (is_leader()) return hand_over_to_faster();
    const auto* leader = peers.endpoint_of(core.raft()->leader());
    if (leader == nullptr || now < next_slow_notice_at) return;
    next_slow_notice_at = now + notice_interval;
    env.transport.notify(*leader, peers.method(GroupMethod::slow), encode_numbers(number(identity.node), 0));
}

void Engine::Impl::log_pace(bool slow) const {
    meters->slow.Set(slow ? 1 : 0);
    const auto ms = in_ms(disk->pace().usual(env.scheduler.now()));
    if (slow)
        base::log::warning("the log's disk is slow", {{"group", options.group}, {"ms_of_a_write", ms}});
    else
        base::log::info("the log's disk keeps up again", {{"group", options.group}, {"ms_of_a_write", ms}});
}

std::string Engine::Impl::slowness() const {
    const auto now = env.scheduler.now();
    if (!disk->pace().slow(now)) return {};
    return "its disk is slow: a write to the log takes " + std::to_string(in_ms(disk->pace().usual(now))) +
           " ms";
}

void Engine::Impl::slow_heard(const std::string& notice) {
    const auto who = decode_numbers(notice);
    const auto* raft = core.raft();
    if (!who || raft == nullptr) return;
    const consensus::NodeId node{who->first};
    if (!raft->configuration().contains(node)) return;
    const auto now = env.scheduler.now();
    std::erase_if(slow_peers, [&](const auto& said) { return said.second <= now; });
    slow_peers[node] = now + notice_life;
}

bool Engine::Impl::is_slow(consensus::NodeId node) const {
    const auto said = slow_peers.find(node);
    return said != slow_peers.end() && said->second > env.scheduler.now();
}

/// In office: by then those whose disks are slow have said so, for they heard of this leader before they
/// could acknowledge anything.
void Engine::Impl::hand_over_to_faster() {
    const auto now = env.scheduler.now();
    const auto pause = disk->pace().hangs(now) ? hand_over_pause_hung : hand_over_pause;
    if (!in_office() || stopping || (pace_handed_over_at && now < *pace_handed_over_at + pause)) return;
    const auto next = furthest_peer(true);
    if (next == consensus::nobody) return;
    pace_handed_over_at = now;
    base::log::warning(
        "hands over: its disk is slow",
        {{"group", options.group}, {"to", slot_in(next)}, {"ms_of_a_write", in_ms(disk->pace().usual(now))}});
    core.give(consensus::TransferAsked{next});
}

} // namespace bookstore::replication
