#pragma once
/// \file
/// A group of cores in the hands of a story: nothing is delivered, nothing becomes durable and no time passes
/// but by its word. Nodes are called 1, 2, 3...
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <bookstore/base/random.hpp>
#include <bookstore/consensus/raft.hpp>

#include "sim/raft/platter.hpp"

namespace bookstore::scenario {

using namespace std::chrono_literals;
using namespace consensus;

using Tweak = std::function<void(Options&)>;
using Which = std::function<bool(const Message&)>;

inline constexpr auto election_timeout = 300ms;
inline constexpr auto heartbeat_interval = 50ms;

class Group {
public:
    /// Voters 1..`voters`, newcomers after them, up and disconnected from time.
    explicit Group(int voters, const Tweak& tweak = {}, int newcomers = 0);

    // What happens.
    void step(int node, Event event);
    void tick(int node) { step(node, Tick{}); }
    /// Returns the index that the proposal got.
    LogIndex propose(int node, std::string command = "x");
    void propose_many(int node, int count);
    /// Asks for a change of membership; there must be no objection.
    void change(int node, Change::Kind kind, int subject);
    /// Delivers what is on the wire, and what that causes, until nothing is left; cut links swallow.
    void deliver();
    /// Only the messages for which `which` holds, and none that they cause.
    void deliver_only(const Which& which);
    void drop(const Which& which);
    /// Time passes: whoever is due ticks, and everything is delivered.
    void pass(base::Duration duration);
    [[nodiscard]] bool run_until(const std::function<bool()>& holds, base::Duration within);
    /// Time passes without anybody noticing.
    void jump(base::Duration duration) { now += duration; }

    void cut(int from, int to) { cuts.insert({from, to}); }
    void cut_both(int a, int b);
    void isolate(int node);
    void heal() { cuts.clear(); }

    /// A stalled disk makes nothing durable until it is released, in order.
    void stall_disk(int node);
    void release_disk(int node);
    /// Loses what is not durable.
    void crash(int node);
    void restart(int node);
    /// Makes a checkpoint of what is applied and cuts the log up to it.
    void compact(int node, LogIndex index);
    /// Brings a snapshot of `from`'s applied state to `to`, as the shell would.
    void install_snapshot(int from, int to);

    /// Lets old promises expire, makes `node` stand, and delivers until it leads.
    void elect(int node);

    // What can be seen.
    Raft& raft(int node) { return *at(node).raft; }
    bool leads(int node) { return at(node).raft && raft(node).role() == Role::leader; }
    /// The leader of the highest term, 0 for none.
    int leader();
    std::optional<Objection> objection(int node, Change::Kind kind, int subject) {
        return raft(node).objection_to({kind, NodeId{static_cast<std::uint64_t>(subject)}});
    }
    /// Numbers of the voters in the configuration that counts for `node`, in order.
    std::vector<int> voters(int node);
    const std::vector<Entry>& applied(int node) { return at(node).applied; }
    bool has_applied(int node, const std::string& command);
    /// What was answered to the read; nothing yet.
    std::optional<ReadAnswer> answer(int node, std::uint64_t read);
    const std::vector<NodeId>& snapshots_asked(int node) { return at(node).snapshots; }
    std::size_t held(int node) { return at(node).held.size(); }
    /// The messages on the wire, from `from` to `to`, whose body is a `Body`.
    template <typename Body>
    std::vector<Body> on_wire(int from, int to) const;

    base::TimePoint now{10s};
    std::deque<Message> wire;

private:
    struct Member {
        Member(Options chosen, Configuration configuration);

        Options options;
        base::Random random;
        sim::Platter platter;
        std::unique_ptr<Raft> raft; ///< null while it is down
        bool stalled = false;
        std::deque<Persist> writing;
        std::vector<HeldMessage> held;
        std::vector<Entry> applied;
        std::vector<ReadAnswer> reads;
        std::vector<NodeId> snapshots;
    };

    Member& at(int node) { return members_.at(node); }
    void carry_out(Member& member, Effects effects);
    void write_all(Member& member);
    void hand_over(Message message);

    std::map<int, Member> members_;
    std::set<std::pair<int, int>> cuts;
};

inline NodeId id(int node) {
    return NodeId{static_cast<std::uint64_t>(node)};
}
inline int name(NodeId node) {
    return static_cast<int>(number(node));
}

Which to(int node);
Which from(int node);
Which between(int sender, int receiver);
template <typename Body>
Which is() {
    return [](const Message& message) { return std::holds_alternative<Body>(message.body); };
}
Which operator&&(Which a, Which b);

template <typename Body>
std::vector<Body> Group::on_wire(int from, int to) const {
    std::vector<Body> found;
    for (const auto& message : wire)
        if (message.from == id(from) && message.to == id(to))
            if (const auto* body = std::get_if<Body>(&message.body)) found.push_back(*body);
    return found;
}

} // namespace bookstore::scenario
