#include "scenario/group.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

namespace bookstore::scenario {

Group::Member::Member(Options chosen, Configuration configuration)
    : options(chosen), random(number(chosen.self)), platter(std::move(configuration)) {}

Group::Group(int voters, const Tweak& tweak, int newcomers) {
    Configuration configuration;
    for (int node = 1; node <= voters; ++node)
        configuration.voters.push_back(id(node));
    for (int node = 1; node <= voters + newcomers; ++node) {
        Options options{
            .self = id(node), .election_timeout = election_timeout, .heartbeat_interval = heartbeat_interval};
        if (tweak) tweak(options);
        members_.emplace(node, Member(options, node <= voters ? configuration : Configuration{}));
        restart(node);
    }
}

void Group::step(int node, Event event) {
    auto& member = at(node);
    carry_out(member, member.raft->step(std::move(event), now));
}

void Group::carry_out(Member& member, Effects effects) {
    if (effects.persist) member.writing.push_back(std::move(*effects.persist));
    for (auto& message : effects.messages)
        wire.push_back(std::move(message));
    for (auto& message : effects.held)
        member.held.push_back(std::move(message));
    for (auto& entry : effects.committed)
        member.applied.push_back(std::move(entry));
    for (const auto& read : effects.reads)
        member.reads.push_back(read);
    for (const auto& snapshot : effects.snapshots)
        member.snapshots.push_back(snapshot.to);
    if (!member.stalled) write_all(member);
}

void Group::write_all(Member& member) {
    while (!member.writing.empty()) {
        const auto step = std::move(member.writing.front());
        member.writing.pop_front();
        member.platter.write(step);
        while (!member.held.empty() && member.held.front().after <= step.sequence) {
            wire.push_back(std::move(member.held.front().message));
            member.held.erase(member.held.begin());
        }
        carry_out(member, member.raft->step(Persisted{step.sequence}, now));
    }
}

LogIndex Group::propose(int node, std::string command) {
    REQUIRE(raft(node).may_propose());
    const auto index = raft(node).last_index() + 1;
    step(node, Proposed{std::make_shared<const std::string>(std::move(command))});
    return index;
}

void Group::propose_many(int node, int count) {
    for (int i = 0; i < count; ++i)
        propose(node, std::to_string(i));
}

void Group::change(int node, Change::Kind kind, int subject) {
    const Change change{kind, id(subject)};
    REQUIRE_FALSE(raft(node).objection_to(change));
    step(node, ChangeAsked{change});
}

std::vector<int> Group::voters(int node) {
    std::vector<int> found;
    for (const auto voter : raft(node).configuration().voters)
        found.push_back(name(voter));
    std::sort(found.begin(), found.end());
    return found;
}

void Group::hand_over(Message message) {
    if (message.to == nobody) {
        for (const auto& [node, member] : members_) {
            auto copy = message;
            copy.to = member.options.self;
            if (copy.to != copy.from) hand_over(std::move(copy));
        }
        return;
    }
    if (!members_.contains(name(message.to))) return; // a node that this story does not have
    auto& member = at(name(message.to));
    if (!member.raft || cuts.contains({name(message.from), name(message.to)})) return;
    step(name(message.to), Received{std::move(message)});
}

void Group::deliver() {
    for (int steps = 0; !wire.empty(); ++steps) {
        REQUIRE(steps < 100'000);
        auto message = std::move(wire.front());
        wire.pop_front();
        hand_over(std::move(message));
    }
}

void Group::deliver_only(const Which& which) {
    std::deque<Message> kept;
    std::deque<Message> due;
    for (auto& message : std::exchange(wire, {}))
        (which(message) ? due : kept).push_back(std::move(message));
    for (auto& message : due)
        hand_over(std::move(message));
    wire.insert(wire.begin(), std::make_move_iterator(kept.begin()), std::make_move_iterator(kept.end()));
}

void Group::drop(const Which& which) {
    std::erase_if(wire, which);
}

void Group::pass(base::Duration duration) {
    const auto end = now + duration;
    while (true) {
        deliver();
        Member* next = nullptr;
        for (auto& [node, member] : members_)
            if (member.raft && (!next || member.raft->next_deadline() < next->raft->next_deadline()))
                next = &member;
        if (!next || next->raft->next_deadline() > end) break;
        now = std::max(now, next->raft->next_deadline());
        tick(name(next->options.self));
    }
    now = end;
}

bool Group::run_until(const std::function<bool()>& holds, base::Duration within) {
    for (const auto end = now + within; now < end && !holds();)
        pass(1ms);
    return holds();
}

void Group::cut_both(int a, int b) {
    cut(a, b);
    cut(b, a);
}

void Group::isolate(int node) {
    for (const auto& [other, member] : members_)
        if (other != node) cut_both(node, other);
}

void Group::stall_disk(int node) {
    at(node).stalled = true;
}

void Group::release_disk(int node) {
    at(node).stalled = false;
    write_all(at(node));
}

void Group::crash(int node) {
    auto& member = at(node);
    member.raft.reset();
    member.writing.clear();
    member.held.clear();
    member.stalled = false;
}

void Group::restart(int node) {
    auto& member = at(node);
    auto restored = member.platter.restored();
    std::erase_if(member.applied, [&](const Entry& entry) { return entry.index > restored.applied; });
    member.raft = std::make_unique<Raft>(member.options, std::move(restored), member.random, now);
}

void Group::compact(int node, LogIndex index) {
    at(node).platter.checkpoint(index);
    step(node, CompactionAsked{index});
}

void Group::install_snapshot(int from, int to) {
    auto& source = at(from);
    auto& target = at(to);
    const auto index = source.applied.back().index;
    const auto term = source.applied.back().term;
    const auto configuration = source.raft->configuration_at(index);
    if (target.raft->wants_snapshot(index, term)) {
        target.platter.install(index, term, configuration);
        target.applied = source.applied;
        step(to, SnapshotInstalled{id(from), source.raft->term(), index, term, configuration});
    }
    step(from, SnapshotSent{id(to), target.raft->commit_index(), true});
}

void Group::elect(int node) {
    now += 2 * election_timeout;
    for (int attempt = 0; attempt < 3 && !leads(node); ++attempt) { // the first may only tell it the term
        now = std::max(now, raft(node).next_deadline());
        tick(node);
        deliver();
    }
    REQUIRE(leads(node));
}

int Group::leader() {
    int found = 0;
    for (auto& [node, member] : members_)
        if (leads(node) && (found == 0 || raft(node).term() > raft(found).term())) found = node;
    return found;
}

bool Group::has_applied(int node, const std::string& command) {
    const auto& entries = applied(node);
    return std::any_of(entries.begin(), entries.end(),
                       [&](const Entry& entry) { return *entry.payload == command; });
}

std::optional<ReadAnswer> Group::answer(int node, std::uint64_t read) {
    const auto& reads = at(node).reads;
    const auto found =
        std::find_if(reads.begin(), reads.end(), [&](const auto& answer) { return answer.id == read; });
    return found == reads.end() ? std::nullopt : std::optional(*found);
}

Which to(int node) {
    return [node](const Message& message) { return message.to == id(node); };
}

Which from(int node) {
    return [node](const Message& message) { return message.from == id(node); };
}

Which between(int sender, int receiver) {
    return from(sender) && to(receiver);
}

Which operator&&(Which a, Which b) {
    return [a = std::move(a), b = std::move(b)](const Message& message) { return a(message) && b(message); };
}

} // namespace bookstore::scenario
