#pragma once
/// \file
/// The catalog and order nodes of a whole shop, on virtual time, with disks in memory.
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <bookstore/cluster/group.hpp>
#include <bookstore/roles/catalog/catalog_node.hpp>
#include <bookstore/roles/order/order_node.hpp>
#include <bookstore/roles/protocol.hpp>

#include "roles/group_member.hpp"
#include "support/memory_log.hpp"
#include "support/memory_snapshots.hpp"
#include "support/memory_state.hpp"
#include "support/virtual_network.hpp"
#include "support/virtual_scheduler.hpp"
#include "support/virtual_worker.hpp"

namespace bookstore::roles {

/// Nobody plays the frontends: their part here is a place in the configuration, and the tie-breakers' host.
class ShopCluster {
public:
    ShopCluster(unsigned catalogs, unsigned orders, base::Duration retention = std::chrono::hours(24)) {
        add(cluster::Role::catalog, catalogs);
        add(cluster::Role::order, orders);
        add(cluster::Role::frontend, 1);
        layout_.sale_retention = retention;
        for (unsigned id = 0; id < catalogs; ++id)
            start(cluster::Role::catalog, id);
        for (unsigned id = 0; id < orders; ++id)
            start(cluster::Role::order, id);
        start(cluster::Role::frontend, 0);
    }

    const net::Endpoint& endpoint(cluster::Role role, unsigned id) const { return layout_.of(role).at(id); }
    Node& node(cluster::Role role, unsigned id) { return *process(role, id).nodes.front(); }
    std::size_t nodes_of_frontend() { return process(cluster::Role::frontend, 0).nodes.size(); }

    bool run_until_ready(base::Duration at_most = base::seconds(10)) {
        return scheduler.run_until([this] { return all_ready(); }, at_most);
    }
    /// Nothing reaches the process any more, nor leaves it.
    void cut_off(cluster::Role role, unsigned id) {
        for (const Process& other : processes_)
            if (&other != &process(role, id)) network.cut(endpoint(role, id), other.config.self());
        network.cut(endpoint(role, id), client_at_);
    }

    /// One call from outside, until its answer has come.
    template <typename Answer>
    base::result<Answer> call(const net::Endpoint& to, net::Method method, const std::string& request,
                              base::Duration time = base::seconds(3)) {
        const auto answer = test::begin(scheduler, client.call(to, method, request, scheduler.now() + time));
        REQUIRE(scheduler.run_until([&] { return answer->has_value(); }, base::seconds(30)));
        if (!**answer) return (*answer)->error();
        return decode<Answer>(***answer);
    }
    base::result<PurchaseAnswer> buy(unsigned order_replica, const std::string& key,
                                     std::vector<shop::Line> lines) {
        auto answers = call<PurchaseAnswers>(endpoint(cluster::Role::order, order_replica), method::purchase,
                                             encode(Purchases{{{key, std::move(lines)}}}));
        if (!answers) return answers.error();
        return answers->answers.at(0);
    }
    /// As an order replica proposes to the catalog, which may have to look for its leader.
    base::result<replication::AppliedAll> propose_to_catalog(replication::Bundle commands) {
        cluster::Group group;
        group.slots.push_back({endpoint(cluster::Role::catalog, 0), false});
        cluster::GroupClient catalog(client, scheduler, group);
        const auto applied = test::begin(
            scheduler, propose_all_to(catalog, catalog_group_methods, std::move(commands),
                                      scheduler.now() + base::seconds(3), cluster::Repeat::always));
        REQUIRE(scheduler.run_until([&] { return applied->has_value(); }, base::seconds(10)));
        return std::move(**applied);
    }

    test::VirtualScheduler scheduler;
    test::VirtualNetwork network{scheduler};

private:
    struct Disks {
        test::LogDisk log;
        test::StateDisk state;
    };
    struct Process {
        Process(ShopCluster& cluster, cluster::Config c)
            : config(std::move(c)), transport(cluster.network, config.self()) {}

        cluster::Config config;
        base::Random random{7};
        base::Metrics metrics;
        test::VirtualTransport transport;
        std::map<std::string, Disks> disks;
        std::vector<std::unique_ptr<Node>> nodes;
    };

    void add(cluster::Role role, unsigned count) {
        for (unsigned id = 0; id < count; ++id)
            layout_.replicas[static_cast<std::size_t>(role)].push_back(
                {std::string(cluster::to_string(role)), static_cast<std::uint16_t>(id + 1)});
    }
    void start(cluster::Role role, unsigned id) {
        cluster::Config config = layout_;
        config.role = role;
        config.id = id;
        Process& started = processes_.emplace_back(*this, config);
        started.random = base::Random(processes_.size());
        const World world{started.config, scheduler.executor(), scheduler,
                          started.random, started.metrics,      started.transport};
        const OpenDisk open = [this, &started](const std::string& group,
                                               std::span<const base::Table> tables) {
            Disks& disks = started.disks[group];
            return GroupDisk{std::make_unique<test::MemoryLog>(disks.log),
                             std::make_unique<test::MemoryState>(disks.state),
                             std::make_unique<test::MemorySnapshots>(disks.state, tables),
                             std::make_unique<test::VirtualWorker>(scheduler, base::milliseconds(2)),
                             std::make_unique<test::VirtualWorker>(scheduler, base::milliseconds(2)),
                             std::make_unique<test::VirtualWorker>(scheduler, base::milliseconds(2))};
        };
        const auto takes_part = [&](cluster::Role group) {
            return cluster::slot_of(started.config, cluster::group_of(started.config, group)) >= 0;
        };
        if (takes_part(cluster::Role::catalog))
            started.nodes.push_back(std::make_unique<CatalogNode>(world, open));
        if (takes_part(cluster::Role::order))
            started.nodes.push_back(std::make_unique<OrderNode>(world, open));
        for (const auto& node : started.nodes)
            node->start();
    }
    Process& process(cluster::Role role, unsigned id) {
        for (Process& candidate : processes_)
            if (candidate.config.role == role && candidate.config.id == id) return candidate;
        throw std::out_of_range("no such process");
    }
    bool all_ready() const {
        for (const Process& candidate : processes_)
            for (const auto& node : candidate.nodes)
                if (!node->readiness().ready) return false;
        return true;
    }

    cluster::Config layout_;
    const net::Endpoint client_at_{"client", 1};

public:
    test::VirtualTransport client{network, client_at_};

private:
    std::deque<Process> processes_;
};

} // namespace bookstore::roles
