#pragma once
/// \file
/// One run: a group in the weather of its seed, clients, faults, and in the end calm.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/raft/checker.hpp"
#include "sim/raft/network.hpp"
#include "sim/raft/node.hpp"
#include "sim/raft/season.hpp"
#include "sim/raft/weather.hpp"
#include "sim/schedule.hpp"

namespace bookstore::sim {

struct Setup {
    std::uint64_t seed = 1;
    std::optional<Season> season;                    ///< else the seed's choice
    std::optional<int> nodes;                        ///< voters; else the seed's choice
    base::Duration stormy = std::chrono::seconds(3); ///< how long faults last, in virtual time
};

struct Report {
    base::Duration virtual_time{};
    std::uint64_t events = 0;
    std::uint64_t acknowledged = 0;
};

class World {
public:
    explicit World(const Setup& setup);

    /// Runs until all is calm and agreed. Throws Failure when a promise is broken.
    Report run();

private:
    void repeat(const base::Duration& every, void (World::*happens)());
    // Clients.
    void propose();
    void read();
    // Faults.
    void partition();
    void isolate(const Node& one);
    void cut_off(const Node& one, const Node& other);
    void crash();
    void crash(Node& node);
    void topple();
    void topple(Node& leader);
    void leader_rose(Node& leader);
    void pause();
    void stall();
    void transfer();
    void compact();
    void lose_connection();
    void change_members();
    void change_members(Node& leader);
    void lose_disk();
    bool may_lose_a_disk() const;
    void send_snapshot(Node& from, consensus::NodeId to);

    void storm();
    void calm();
    void settle_the_dead();
    template <typename Holds>
    void run_until(Holds holds, int timeouts, const char* otherwise);
    bool agreed() const;
    std::string describe() const;
    Node& add_node(consensus::Configuration configuration);
    bool is_voter(const Node& node) const;
    Node& any();
    Node& leader_or_any();
    Node& find(consensus::NodeId id);

    base::Duration stormy_;
    base::Random random_;
    Weather weather_;
    Schedule schedule_;
    Network network_;
    Checker checker_;
    Surroundings around_;
    std::vector<std::unique_ptr<Node>> nodes_;
    base::TimePoint last_change_{}; ///< of membership, by anybody
    bool calm_ = false;             ///< the faults are over
    std::uint64_t proposals_ = 0;
    std::uint64_t events_ = 0;
};

} // namespace bookstore::sim
