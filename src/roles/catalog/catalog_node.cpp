#include <bookstore/roles/catalog/catalog_node.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

#include <bookstore/roles/protocol.hpp>

#include "roles/backup_routes.hpp"
#include "roles/catalog/beside_shelf.hpp"
#include "roles/catalog/catalog_routes.hpp"
#include "roles/catalog/housekeeping.hpp"
#include "roles/catalog/invalidation_gate.hpp"
#include "roles/catalog/query_service.hpp"
#include "roles/catalog/replica.hpp"
#include "roles/catalog/resync.hpp"
#include "roles/group_member.hpp"
#include "roles/member_routes.hpp"

namespace bookstore::roles {
namespace {

using base::Errc;
using boost::asio::awaitable;

} // namespace

struct CatalogNode::Impl {
    /// What a replica has that serves, and the tie-breaker has not.
    struct Serving {
        Serving(const Node& node, const World& world, catalog::Replica& replica, catalog::BesideShelf& beside)
            : queries(world.scheduler, replica, beside.titles()),
              resync(world.executor, world.scheduler, replica.state(), beside),
              housekeeping(world, replica),
              backups(world, replica, world.config.data_dir / "catalog", replica.state().tables()),
              routes(node, world.config.id, replica, queries, resync) {}

        catalog::QueryService queries;
        catalog::Resync resync;
        catalog::Housekeeping housekeeping;
        BackupSource backups;
        catalog::CatalogRoutes routes;
    };

    Impl(const Node& node, World w, const OpenDisk& open_disk)
        : world(w),
          membership(w.config, cluster::Role::catalog),
          beside(membership.tie_breaker ? nullptr : std::make_unique<catalog::BesideShelf>()),
          state(beside.get()),
          disk(open_disk("catalog", state.tables())),
          gate(w, membership.slot, state),
          replica(replica_options(w.config, membership, catalog_group_methods), environment_of(w, disk),
                  state, &gate) {
        if (beside) serving = std::make_unique<Serving>(node, w, replica, *beside);
    }

    void answer_calls();
    awaitable<base::result<std::string>> query(std::string request, base::TimePoint deadline);
    base::result<std::string> lease(const std::string& request);
    base::result<std::string> unsettled(const std::string& request) const;

    World world;
    Membership membership;
    std::unique_ptr<catalog::BesideShelf> beside;
    shop::CatalogState state;
    GroupDisk disk;
    catalog::InvalidationGate gate;
    catalog::Replica replica;
    std::unique_ptr<Serving> serving;
};

/// The tie-breaker too grants leases and answers for unsettled sales: while it leads, nobody else can.
void CatalogNode::Impl::answer_calls() {
    const auto now = [](auto handler) {
        return [handler](std::string request, base::TimePoint) -> awaitable<base::result<std::string>> {
            co_return handler(request);
        };
    };
    world.transport.on_call(method::lease, now([this](const std::string& r) { return lease(r); }));
    world.transport.on_call(method::unsettled, now([this](const std::string& r) { return unsettled(r); }));
    if (!serving) return;
    world.transport.on_call(method::query, [this](std::string request, base::TimePoint deadline) {
        return query(std::move(request), deadline);
    });
}

awaitable<base::result<std::string>> CatalogNode::Impl::query(std::string request, base::TimePoint deadline) {
    const auto decoded = decode<Query>(request);
    if (!decoded) co_return decoded.error();
    const auto began = world.scheduler.now();
    auto answer = co_await serving->queries.answer(*decoded, deadline);
    if (!answer) co_return answer.error();
    answer->times.catalog = world.scheduler.now() - began;
    co_return encode(*answer);
}

base::result<std::string> CatalogNode::Impl::lease(const std::string& request) {
    const auto decoded = decode<LeaseRequest>(request);
    if (!decoded) return decoded.error();
    if (!replica.leading()) return Errc::not_leader;
    const auto answer = gate.ask(*decoded, replica.announced_index(), replica.lease_until());
    if (!answer) return answer.error();
    return encode(*answer);
}

base::result<std::string> CatalogNode::Impl::unsettled(const std::string& request) const {
    const auto decoded = decode<UnsettledRequest>(request);
    if (!decoded) return decoded.error();
    if (!replica.leading()) return Errc::not_leader;
    UnsettledAnswer answer{{}, replica.applied()};
    const auto limit = static_cast<std::size_t>(std::min(decoded->limit, UnsettledAnswer::sales_max));
    std::size_t lines = 0;
    for (shop::UnsettledSale& sale : state.unsettled(decoded->until, limit)) {
        lines += sale.sold.lines.size();
        if (lines > UnsettledAnswer::lines_max) break; // the rest is for the next call
        answer.sales.push_back({std::move(sale.key), std::move(sale.sold)});
    }
    return encode(answer);
}

CatalogNode::CatalogNode(World world, const OpenDisk& open_disk)
    : impl_(std::make_unique<Impl>(*this, world, open_disk)) {}

CatalogNode::~CatalogNode() = default;

std::vector<net::Route> CatalogNode::routes() {
    if (!impl_->serving) return {};
    auto routes = impl_->serving->routes.table();
    std::ranges::move(member_routes(impl_->replica, impl_->membership.group), std::back_inserter(routes));
    std::ranges::move(backup_routes(impl_->serving->backups), std::back_inserter(routes));
    return routes;
}

void CatalogNode::start() {
    impl_->answer_calls();
    if (impl_->world.fatal) impl_->replica.on_fatal(impl_->world.fatal);
    impl_->replica.start();
    if (impl_->serving) impl_->serving->housekeeping.start();
}

Readiness CatalogNode::readiness() const {
    Readiness readiness = readiness_of(impl_->replica.status());
    if (readiness.ready && !impl_->state.open()) return {false, "the shop has no catalogue yet"};
    return readiness;
}

awaitable<void> CatalogNode::stop(base::TimePoint deadline) {
    if (impl_->serving) impl_->serving->housekeeping.stop();
    co_await impl_->replica.stop(deadline);
}

} // namespace bookstore::roles
