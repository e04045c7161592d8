// Do all replicas hold the same? The leader asks now and then. What a majority of the voters agrees on is
// right; who answered is told.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <bookstore/base/log.hpp>
#include <bookstore/net/loop.hpp>

#include "replication/engine.hpp"
#include "replication/engine_meters.hpp"
#include "replication/number_pair.hpp"

namespace bookstore::replication {
namespace {

constexpr base::Duration answer_patience = base::seconds(1);

} // namespace

/// What all have said about one version.
struct Engine::Impl::Comparison {
    std::uint64_t version = 0;
    std::map<consensus::NodeId, std::uint64_t> digests;
    std::set<consensus::NodeId> told; ///< what the majority has
    std::size_t voters = 0;
    std::size_t unanswered = 0;
};

void Engine::Impl::compare_contents() {
    const auto comparison = std::make_shared<Comparison>();
    comparison->version = applier->applied();
    const auto own = digests.at(comparison->version);
    if (!own) return;
    comparison->digests[identity.node] = *own;
    const auto voters = core.raft()->configuration().voters;
    comparison->voters = voters.size();
    comparison->unanswered =
        voters.size() - static_cast<std::size_t>(std::ranges::count(voters, identity.node));
    for (const auto voter : voters) {
        if (voter == identity.node) continue;
        auto task = [self = shared_from_this(), voter, comparison] {
            return ask_digest(self, voter, comparison);
        };
        net::spawn(env.executor, "digest", std::move(task));
    }
    judge(*comparison); // alone it is the majority
}

boost::asio::awaitable<void> Engine::Impl::ask_digest(Self self, consensus::NodeId voter,
                                                      std::shared_ptr<Comparison> comparison) {
    const auto* endpoint = self->peers.endpoint_of(voter);
    if (self->closed || self->failure) co_return;
    if (endpoint == nullptr) {
        --comparison->unanswered;
        co_return self->judge(*comparison);
    }
    auto request = encode_numbers(number(voter), comparison->version);
    const auto deadline = self->env.scheduler.now() + answer_patience;
    const auto answer = co_await self->env.transport.call(*endpoint, self->peers.method(GroupMethod::digest),
                                                          std::move(request), deadline);
    if (self->closed || self->failure) co_return;
    if (answer.has_value())
        if (const auto said = decode_numbers(*answer)) comparison->digests[voter] = said->second;
    --comparison->unanswered;
    self->judge(*comparison);
}

Engine::Impl::Call<std::string> Engine::Impl::serve_digest(Self self, std::string request,
                                                           base::TimePoint deadline) {
    if (!self) co_return base::Errc::stopping;
    const auto asked = decode_numbers(request);
    if (!asked) co_return base::Errc::protocol_error;
    if (consensus::NodeId{asked->first} != self->identity.node) co_return base::Errc::not_found;
    if (const auto refusal = self->absence()) co_return *refusal;
    if (self->fenced) co_return base::Errc::not_ready;
    if (self->applier->applied() < asked->second) {
        auto promise = self->version_waits.add(asked->second, deadline);
        const auto reached = co_await std::move(promise).wait();
        if (reached.has_error()) co_return reached.error();
    }
    const auto digest = self->digests.at(asked->second);
    if (!digest) co_return base::Errc::not_found;
    co_return encode_numbers(asked->second, *digest);
}

/// With each answer: who waits to be confirmed need not wait for the slowest. Without a majority nobody can
/// say who is right: then the difference is named, and nothing is done.
void Engine::Impl::judge(Comparison& comparison) {
    std::map<std::uint64_t, std::size_t> votes;
    for (const auto& [node, digest] : comparison.digests)
        ++votes[digest];
    const auto right = std::find_if(votes.begin(), votes.end(), [&](const auto& vote) {
        return vote.second >= comparison.voters / 2 + 1;
    });
    const bool settled = right != votes.end();
    if (comparison.unanswered == 0) {
        if (votes.size() > 1) name_differences(comparison);
        meters->unsettled.Set(votes.size() > 1 && !settled ? 1 : 0);
    }
    if (!settled) return;
    for (const auto& [node, said] : comparison.digests) {
        if (!comparison.told.insert(node).second) continue;
        if (node == identity.node) {
            check_contents(comparison.version, right->first);
            continue;
        }
        if (said != right->first) convict(node);
        if (const auto* endpoint = peers.endpoint_of(node))
            env.transport.notify(*endpoint, peers.method(GroupMethod::verdict),
                                 encode_numbers(comparison.version, right->first));
    }
}

/// What it has shown may have been kept by who read it. Once now, and once more when it asks to be rebuilt:
/// from then on it shows nothing.
void Engine::Impl::convict(consensus::NodeId node) {
    convicted.insert(node);
    if (gate_told && gate != nullptr) gate->contents_differed();
}

void Engine::Impl::name_differences(const Comparison& comparison) const {
    for (const auto& [node, digest] : comparison.digests)
        base::log::error("replicas differ", {{"group", options.group},
                                             {"version", comparison.version},
                                             {"replica", slot_in(node)},
                                             {"digest", digest}});
}

void Engine::Impl::verdict_heard(const std::string& notice) {
    if (absence()) return;
    if (const auto verdict = decode_numbers(notice)) check_contents(verdict->first, verdict->second);
}

/// A majority has `digest` at `version`.
void Engine::Impl::check_contents(std::uint64_t version, std::uint64_t digest) {
    const auto own = digests.at(version);
    if (fenced || !own) return;
    if (*own == digest) return confirm_contents();
    fence("its contents differ from the group's at version " + std::to_string(version));
}

} // namespace bookstore::replication
