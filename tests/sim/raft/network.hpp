#pragma once
/// \file
/// Delays, loses, repeats, reorders and cuts off.
#include <functional>
#include <map>
#include <set>
#include <vector>

#include <bookstore/base/random.hpp>
#include <bookstore/consensus/message.hpp>

#include "sim/raft/weather.hpp"
#include "sim/schedule.hpp"

namespace bookstore::sim {

class Network {
public:
    using Receive = std::function<void(consensus::Message)>;

    /// All outlive the network.
    Network(Schedule& schedule, base::Random& random, const Weather& weather, Receive receive);

    /// What is sent to `nobody` reaches every node that was attached.
    void attach(consensus::NodeId node) { nodes_.push_back(node); }
    void send(consensus::Message message);

    /// From now on nothing that `from` sends reaches `to`.
    void cut(consensus::NodeId from, consensus::NodeId to) { cuts_.insert({from, to}); }
    void heal() { cuts_.clear(); }
    bool reaches(consensus::NodeId from, consensus::NodeId to) const { return !cuts_.contains({from, to}); }

private:
    using Link = std::pair<consensus::NodeId, consensus::NodeId>;
    void carry(consensus::Message message);

    Schedule& schedule_;
    base::Random& random_;
    const Weather& weather_;
    Receive receive_;
    std::vector<consensus::NodeId> nodes_;
    std::set<Link> cuts_;
    std::map<Link, base::TimePoint> last_arrival_;
};

} // namespace bookstore::sim
