#include <bookstore/roles/order/order_node.hpp>

#include <algorithm>
#include <iterator>

#include <bookstore/base/mutant.hpp>
#include <bookstore/roles/protocol.hpp>

#include "roles/backup_routes.hpp"
#include "roles/group_member.hpp"
#include "roles/member_routes.hpp"
#include "roles/order/order_desk.hpp"
#include "roles/order/order_routes.hpp"
#include "roles/order/replica.hpp"
#include "roles/order/settler.hpp"

namespace bookstore::roles {

using boost::asio::awaitable;

struct OrderNode::Impl {
    /// What a replica has that sells, and the tie-breaker has not.
    struct Serving {
        Serving(const Node& node, const World& world, order::Replica& replica, cluster::GroupClient& catalog)
            : desk(world, replica, catalog),
              backups(world, replica, world.config.data_dir / "order", replica.state().tables()),
              routes(node, world, replica, desk) {}

        order::OrderDesk desk;
        BackupSource backups;
        order::OrderRoutes routes;
    };

    Impl(const Node& node, World w, const OpenDisk& open_disk)
        : world(w),
          membership(w.config, cluster::Role::order),
          disk(open_disk("order", state.tables())),
          replica(replica_options(w.config, membership, order_group_methods), environment_of(w, disk), state),
          catalog(w.transport, w.scheduler, cluster::group_of(w.config, cluster::Role::catalog)),
          settler(w, replica, catalog) {
        if (!membership.tie_breaker) serving = std::make_unique<Serving>(node, w, replica, catalog);
    }

    void answer_calls();
    awaitable<base::result<std::string>> purchase(std::string request, base::TimePoint deadline);
    awaitable<base::result<std::string>> find(std::string request, base::TimePoint deadline);

    World world;
    Membership membership;
    shop::OrderState state;
    GroupDisk disk;
    order::Replica replica;
    cluster::GroupClient catalog;
    order::Settler settler;
    std::unique_ptr<Serving> serving;
};

void OrderNode::Impl::answer_calls() {
    if (!serving) return;
    world.transport.on_call(method::purchase, [this](std::string request, base::TimePoint deadline) {
        return purchase(std::move(request), deadline);
    });
    world.transport.on_call(method::find_order, [this](std::string request, base::TimePoint deadline) {
        return find(std::move(request), deadline);
    });
}

awaitable<base::result<std::string>> OrderNode::Impl::purchase(std::string request,
                                                               base::TimePoint deadline) {
    auto decoded = decode<Purchases>(request);
    if (!decoded) co_return decoded.error();
    const auto began = world.scheduler.now();
    auto answers = co_await serving->desk.purchase(std::move(decoded->purchases), deadline);
    if (!answers) co_return answers.error();
    const auto took = world.scheduler.now() - began;
    for (auto& answer : answers->answers)
        if (answer) answer->times.order = took;
    co_return encode(*answers);
}

awaitable<base::result<std::string>> OrderNode::Impl::find(std::string request, base::TimePoint deadline) {
    const auto decoded = decode<FindOrderRequest>(request);
    if (!decoded) co_return decoded.error();
    const auto answer = co_await serving->desk.find(*decoded, deadline);
    if (!answer) co_return answer.error();
    co_return encode(*answer);
}

OrderNode::OrderNode(World world, const OpenDisk& open_disk)
    : impl_(std::make_unique<Impl>(*this, world, open_disk)) {}

OrderNode::~OrderNode() = default;

std::vector<net::Route> OrderNode::routes() {
    if (!impl_->serving) return {};
    auto routes = impl_->serving->routes.table();
    std::ranges::move(member_routes(impl_->replica, impl_->membership.group), std::back_inserter(routes));
    std::ranges::move(backup_routes(impl_->serving->backups), std::back_inserter(routes));
    return routes;
}

void OrderNode::start() {
    impl_->answer_calls();
    if (impl_->world.fatal) impl_->replica.on_fatal(impl_->world.fatal);
    impl_->replica.start();
    if (base::built_in("never-settles")) return;
    impl_->settler.start(); // the tie-breaker's too: while it leads, nobody else can settle
}

Readiness OrderNode::readiness() const {
    return readiness_of(impl_->replica.status());
}

awaitable<void> OrderNode::stop(base::TimePoint deadline) {
    impl_->settler.stop();
    if (impl_->serving) {
        // A purchase that has its copies needs this replica once more, for its place in the book.
        const base::TimePoint now = impl_->world.scheduler.now();
        co_await impl_->serving->desk.drain(now + (deadline - now) / 2);
    }
    co_await impl_->replica.stop(deadline);
}

} // namespace bookstore::roles
