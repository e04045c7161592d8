// Do all replicas hold the same? The leader asks now and then. What a majority of the voters agrees on is
// right; who differs is fenced: serves nothing, does not lead, and takes its contents anew from another. Its
// log and its vote are as good as ever, so it goes on being a member.
#include <map>
#include <utility>

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/log.hpp>
#include <bookstore/net/loop.hpp>

#include "replication/engine.hpp"

namespace bookstore::replication {
namespace {

constexpr base::Duration compare_interval = base::seconds(1);
constexpr base::Duration answer_patience = base::seconds(1);
constexpr base::Duration rebuild_interval = base::milliseconds(500); ///< between two requests for a snapshot

std::string encode_numbers(std::uint64_t a, std::uint64_t b) {
    base::ByteWriter out;
    out.u64(a);
    out.u64(b);
    return out.take();
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> decode_numbers(std::string_view bytes) {
    base::ByteReader in(bytes);
    const auto a = in.u64();
    const auto b = in.u64();
    if (!in.complete()) return std::nullopt;
    return std::pair{a, b};
}

} // namespace

/// What all have said about one version.
struct Engine::Impl::Comparison {
    std::uint64_t version = 0;
    std::map<consensus::NodeId, std::uint64_t> digests;
    std::size_t voters = 0;
    std::size_t unanswered = 0;
};

void Engine::Impl::tend_contents() {
    const auto now = env.scheduler.now();
    if (fenced) {
        if (now < next_rebuild_at || receiver->installing()) return;
        next_rebuild_at = now + rebuild_interval;
        if (is_leader()) return core.give(consensus::TransferAsked{successor()});
        if (const auto* leader = peers.endpoint_of(core.raft()->leader()))
            env.transport.notify(*leader, peers.method(GroupMethod::rebuild),
                                 encode_numbers(number(identity.node), 0));
        return;
    }
    if (!leading() || now < next_comparison_at) return;
    next_comparison_at = now + compare_interval;
    compare_contents();
}

void Engine::Impl::compare_contents() {
    const auto comparison = std::make_shared<Comparison>();
    comparison->version = applier->applied();
    const auto own = digests.at(comparison->version);
    if (!own) return;
    comparison->digests[identity.node] = *own;
    for (const auto voter : core.raft()->configuration().voters) {
        ++comparison->voters;
        if (voter == identity.node) continue;
        ++comparison->unanswered;
        auto task = [self = shared_from_this(), voter, comparison] {
            return ask_digest(self, voter, comparison);
        };
        net::spawn(env.executor, "digest", std::move(task));
    }
}

boost::asio::awaitable<void> Engine::Impl::ask_digest(Self self, consensus::NodeId voter,
                                                      std::shared_ptr<Comparison> comparison) {
    const auto* endpoint = self->peers.endpoint_of(voter);
    if (endpoint == nullptr || self->closed) co_return;
    auto request = encode_numbers(number(voter), comparison->version);
    const auto deadline = self->env.scheduler.now() + answer_patience;
    const auto answer = co_await self->env.transport.call(*endpoint, self->peers.method(GroupMethod::digest),
                                                          std::move(request), deadline);
    if (self->closed || self->failure) co_return;
    if (answer.has_value())
        if (const auto said = decode_numbers(*answer)) comparison->digests[voter] = said->second;
    if (--comparison->unanswered == 0) self->judge(*comparison);
}

Engine::Impl::Call<std::string> Engine::Impl::serve_digest(Self self, std::string request,
                                                           base::TimePoint deadline) {
    if (!self) co_return base::Errc::stopping;
    const auto asked = decode_numbers(request);
    if (!asked) co_return base::Errc::protocol_error;
    if (consensus::NodeId{asked->first} != self->identity.node) co_return base::Errc::not_found;
    const auto reached = co_await wait_applied(self, asked->second, deadline);
    if (reached.has_error()) co_return reached.error();
    const auto digest = self->digests.at(asked->second);
    if (!digest) co_return base::Errc::not_found;
    co_return encode_numbers(asked->second, *digest);
}

/// Without a majority nobody can say who is right: then the difference is named, and nothing is done.
void Engine::Impl::judge(const Comparison& comparison) {
    std::map<std::uint64_t, std::size_t> votes;
    for (const auto& [node, digest] : comparison.digests)
        ++votes[digest];
    if (votes.size() == 1) return;
    for (const auto& [node, digest] : comparison.digests)
        base::log::error("replicas differ", {{"group", options.group},
                                             {"version", comparison.version},
                                             {"replica", slot_in(node)},
                                             {"digest", digest}});
    for (const auto& [digest, count] : votes) {
        if (count < comparison.voters / 2 + 1) continue;
        for (const auto& [node, said] : comparison.digests) {
            if (said == digest) continue;
            if (node == identity.node)
                check_contents(comparison.version, digest);
            else if (const auto* endpoint = peers.endpoint_of(node))
                env.transport.notify(*endpoint, peers.method(GroupMethod::verdict),
                                     encode_numbers(comparison.version, digest));
        }
    }
}

void Engine::Impl::verdict_heard(const std::string& notice) {
    if (refusal()) return;
    if (const auto verdict = decode_numbers(notice)) check_contents(verdict->first, verdict->second);
}

/// A majority has `digest` at `version`.
void Engine::Impl::check_contents(std::uint64_t version, std::uint64_t digest) {
    const auto own = digests.at(version);
    if (fenced || !own || *own == digest) return;
    fenced = "its contents differ from the group's at version " + std::to_string(version) +
             ": they are taken anew from another replica";
    base::log::error("this replica is fenced off", {{"group", options.group}, {"cause", *fenced}});
    applier->pause();
    if (led_term) lose_leadership();
    version_waits.fail(base::Errc::not_ready);
    leader_reads.fail(base::Errc::not_ready);
    tell_change();
    core.give(consensus::Tick{}); // it settles, and so asks for a snapshot
}

void Engine::Impl::rebuild_asked(const std::string& notice) {
    const auto asked = decode_numbers(notice);
    if (!asked || refusal() || !leading()) return;
    const consensus::NodeId node{asked->first};
    if (core.raft()->configuration().contains(node)) sender->send(node, core.raft()->first_index());
}

/// The log holds what the snapshot ends with, and goes on from there.
void Engine::Impl::contents_rebuilt(const SnapshotHeader& header) {
    base::log::info("the contents are the group's again",
                    {{"group", options.group}, {"version", number(header.last_index)}});
    fenced.reset();
    applier->continue_at({number(header.last_index), number(header.last_term)});
    tell_change();
}

} // namespace bookstore::replication
