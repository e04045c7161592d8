#include "replication/formation.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include <bookstore/base/log.hpp>
#include <bookstore/net/loop.hpp>

namespace bookstore::replication {
namespace {

constexpr base::Duration ask_interval = base::milliseconds(100);
constexpr base::Duration ask_patience = base::milliseconds(500);
constexpr base::Duration look_interval = base::seconds(1); ///< once the group is known

} // namespace

Formation::Formation(const ReplicaOptions& options, const Identity& identity, const Peers& peers,
                     net::Transport& transport, base::Scheduler& scheduler,
                     boost::asio::any_io_executor executor, Hooks hooks)
    : options_(options),
      identity_(identity),
      peers_(peers),
      transport_(transport),
      scheduler_(scheduler),
      executor_(std::move(executor)),
      hooks_(std::move(hooks)),
      others_(options.members.size()) {}

void Formation::start() {
    decided_ = identity_.formed();
    if (!decided_) try_to_form();
    round();
}

void Formation::close() {
    closed_ = true;
    timer_.reset();
}

bool Formation::may_form() const {
    return !identity_.formed() && !identity_.must_join && options_.first_start.value_or(true);
}

Hello Formation::own() const {
    Hello hello;
    hello.group = options_.group;
    hello.member_count = options_.members.size();
    hello.slot = options_.slot;
    hello.node = identity_.node;
    hello.may_form = may_form();
    hello.founders = identity_.founders;
    hello.generation = identity_.generation;
    hello.willing = willing();
    hello.alive = hooks_.alive();
    return hello;
}

std::vector<consensus::NodeId> Formation::willing() const {
    std::vector<consensus::NodeId> nodes;
    for (unsigned slot = 0; slot < others_.size(); ++slot) {
        const auto& said = others_[slot].said;
        if (slot == options_.slot)
            nodes.push_back(may_form() ? identity_.node : consensus::nobody);
        else
            nodes.push_back(said && said->may_form ? said->node : consensus::nobody);
    }
    return nodes;
}

/// Who knows its group asks as well, until it has heard each once: one of them may know better.
void Formation::round() {
    if (closed_) return;
    bool all_heard = true;
    for (unsigned slot = 0; slot < others_.size(); ++slot) {
        if (slot == options_.slot || (decided_ && others_[slot].said)) continue;
        all_heard = false;
        if (!others_[slot].asking) ask(slot);
    }
    if (decided_ && all_heard) return timer_.reset();
    timer_ = scheduler_.after(decided_ ? look_interval : ask_interval, [this] { round(); });
}

void Formation::tell(unsigned slot) {
    auto& other = others_[slot];
    if (closed_ || slot == options_.slot || other.asking || scheduler_.now() < other.told_at + look_interval)
        return;
    other.told_at = scheduler_.now();
    ask(slot);
}

void Formation::ask(unsigned slot) {
    others_[slot].asking = true;
    auto task = [self = shared_from_this(), slot]() -> boost::asio::awaitable<void> {
        if (self->closed_) co_return;
        const auto deadline = self->scheduler_.now() + ask_patience;
        auto request = encode(self->own());
        const auto answer = co_await self->transport_.call(self->options_.members[slot].endpoint,
                                                           self->peers_.method(GroupMethod::hello),
                                                           std::move(request), deadline);
        if (!self->closed_) self->answered(slot, answer);
    };
    net::spawn(executor_, "hello", std::move(task));
}

void Formation::answered(unsigned slot, const base::result<std::string>& answer) {
    others_[slot].asking = false;
    if (answer.has_error()) {
        if (answer.error() == base::Errc::invalid_argument)
            complain(slot,
                     "it has another idea of the cluster than this replica: compare the configuration files");
        return;
    }
    const auto hello = decode_hello(*answer);
    if (hello && accept(*hello, slot)) consider(*hello);
}

base::result<std::string> Formation::answer(std::string_view request) {
    const auto hello = decode_hello(request);
    if (!hello) return hello.error();
    if (!accept(*hello, std::nullopt)) return base::Errc::invalid_argument;
    // Answered with what was durable before: considering may only lead to something that is not yet.
    auto reply = encode(own());
    consider(*hello);
    return reply;
}

bool Formation::accept(const Hello& hello, std::optional<unsigned> expected_slot) {
    const auto slot = static_cast<unsigned>(hello.slot);
    if (hello.group != options_.group || hello.member_count != options_.members.size() ||
        hello.slot >= others_.size() || slot == options_.slot || slot_in(hello.node) != slot ||
        expected_slot.value_or(slot) != slot) {
        complain(expected_slot.value_or(options_.slot), "says it is replica " + std::to_string(hello.slot) +
                                                            " of " + std::to_string(hello.member_count) +
                                                            " in group " + hello.group +
                                                            ": compare the configuration files");
        return false;
    }
    if (hello.node == identity_.node) {
        complain(slot, "has this replica's identity: is its data directory a copy of ours?");
        return false;
    }
    return true;
}

void Formation::complain(unsigned slot, const std::string& complaint) {
    if (others_[slot].complaint == complaint) return;
    others_[slot].complaint = complaint;
    base::log::warning(
        complaint, {{"group", options_.group}, {"peer", net::to_string(options_.members[slot].endpoint)}});
}

void Formation::consider(const Hello& hello) {
    const auto slot = static_cast<unsigned>(hello.slot);
    others_[slot].said = hello;
    if (identity_.formed() && !hello.founders.empty()) compare_groups(hello);
    if (decided_) return;
    if (hello.founders.empty()) return try_to_form();
    if (hello.founders.size() != others_.size()) return;
    decided_ = true;
    if (hello.founders[options_.slot] != identity_.node && options_.first_start.value_or(false))
        return hooks_.refused(
            "the " + options_.group +
            " group exists already, without this replica: start it with --first-start=0 to have it "
            "brought up to date by the others");
    hooks_.found(hello.founders, hello.generation);
}

/// Who was refounded, because a majority was thought to be lost, and finds it alive, was refounded in error.
/// Else the later generation counts.
void Formation::compare_generations(const Hello& hello) {
    const auto slot = static_cast<unsigned>(hello.slot);
    if (hello.generation > identity_.generation) {
        if (!hooks_.alive()) return hooks_.overtaken(hello.founders, hello.generation);
        return complain(slot, "was refounded while this group lives: it must give way");
    }
    complain(slot, "has data from before this group was refounded: it is not taken back");
    if (hello.alive)
        hooks_.contradicted(net::to_string(options_.members[slot].endpoint) +
                            " belongs to the group that this replica was taken from, and that group lives: "
                            "move this data directory away and start with --first-start=0");
}

void Formation::compare_groups(const Hello& hello) {
    const auto slot = static_cast<unsigned>(hello.slot);
    if (hello.generation != identity_.generation) return compare_generations(hello);
    if (hello.founders == identity_.founders) return;
    const std::string reason =
        "belongs to a group that was formed with other members: one of us must lose its data";
    complain(slot, reason);
    hooks_.contradicted(net::to_string(options_.members[slot].endpoint) + " " + reason);
}

/// When all say that all are willing: by the same list, so that who has not heard for long, and believes what
/// a disk said that is lost since, forms no second group with the disk that came after it.
void Formation::try_to_form() {
    auto all = willing();
    if (std::ranges::count(all, consensus::nobody) > 0) return;
    for (unsigned slot = 0; slot < others_.size(); ++slot)
        if (slot != options_.slot && others_[slot].said->willing != all) return;
    decided_ = true;
    hooks_.found(std::move(all), 0);
}

std::string Formation::reason() const {
    std::string missing;
    for (unsigned slot = 0; slot < others_.size(); ++slot) {
        if (slot == options_.slot || others_[slot].said) continue;
        missing += (missing.empty() ? "" : ", ") + net::to_string(options_.members[slot].endpoint);
    }
    if (identity_.must_join)
        return "its log was damaged or lost: it joins anew as soon as another member that has data can be "
               "reached. If none has any more, a backup is needed, or what was set aside";
    if (!may_form()) return "waiting for a member that has data (--first-start=0)";
    if (missing.empty()) return "waiting for every member to start without --first-start=0";
    return "waiting for a first word of " + missing;
}

} // namespace bookstore::replication
