#include <bookstore/roles/frontend/frontend_node.hpp>

#include <algorithm>

#include "roles/frontend/balancer.hpp"
#include "roles/frontend/book_admin.hpp"
#include "roles/frontend/branches.hpp"
#include "roles/frontend/coherence.hpp"
#include "roles/frontend/frontend_metrics.hpp"
#include "roles/frontend/lease_keeper.hpp"
#include "roles/frontend/order_path.hpp"
#include "roles/frontend/read_path.hpp"
#include "roles/frontend/read_requests.hpp"
#include "roles/frontend/replica_routes.hpp"
#include "roles/frontend/status_page.hpp"
#include "roles/group_member.hpp"
#include "roles/timing.hpp"
#include <bookstore/base/log.hpp>
#include <bookstore/net/loop.hpp>

namespace bookstore::roles {
namespace {

using boost::asio::awaitable;
using cluster::Role;

/// Of one loop.
shop::CacheLimits cache_limits(const cluster::Config& config) {
    shop::CacheLimits limits;
    limits.bytes_max = config.cache_bytes_max / config.threads;
    limits.entries_max =
        config.unsafe.no_cache ? 0 : std::max<std::size_t>(config.cache_entries_max / config.threads, 1);
    return limits;
}

awaitable<net::Response> ready(net::Response response) {
    co_return response;
}

} // namespace

struct FrontendNode::Impl {
    Impl(World w, cluster::HealthMonitor::Probe probe)
        : world(w),
          metrics(world.metrics),
          catalog(world.transport, world.scheduler, group_of(world.config, Role::catalog)),
          monitor(world.executor, world.scheduler, world.config, std::move(probe)),
          balancer(world.config, world.scheduler, monitor),
          coherence({world.config.id, world.random.next()}, cache_limits(world.config),
                    world.config.timings.lease),
          branches(world),
          keeper(world, catalog, coherence, metrics),
          reads(world, coherence, keeper, balancer, metrics),
          orders(world, balancer, metrics),
          admin(catalog, monitor) {
        coherence.copy_to(branches);
        metrics.hits_elsewhere([this] { return branches.hits(); });
    }

    /// Not a coroutine: a hit costs the one frame of answer().
    awaitable<net::Response> read(frontend::ReadRequest (*parse)(const net::Request&), net::Request request) {
        auto wanted = parse(request);
        if (auto* refusal = std::get_if<net::Response>(&wanted)) return ready(std::move(*refusal));
        const bool timed = wants_timing(request);
        return reads.answer(std::get<Query>(std::move(wanted)), std::move(request.target), request.deadline,
                            timed);
    }

    /// Acknowledged when every loop has dropped what is touched.
    awaitable<base::result<std::string>> invalidated(std::string message, base::TimePoint deadline) {
        const auto invalidation = decode<Invalidation>(message);
        if (!invalidation) co_return invalidation.error();
        const auto acknowledged = coherence.invalidate(*invalidation);
        metrics.cache(coherence.figures());
        if (!acknowledged) co_return acknowledged.error();
        const bool everywhere = co_await branches.caught_up(deadline);
        if (!everywhere) co_return base::Errc::timed_out;
        co_return encode(*acknowledged);
    }

    void heard_of_leader(const net::Endpoint& endpoint) {
        catalog.believe(endpoint);
        keeper.ask_now();
    }

    void announced(const std::string& notice) {
        const auto leader = decode<NewLeader>(notice);
        if (!leader || leader->slot >= catalog.group().slots.size()) {
            base::log::warning("a notice of a new leader makes no sense");
            return;
        }
        if (leader->term <= coherence.term() && keeper.live()) return; // registered with it already
        heard_of_leader(catalog.group().slots[leader->slot].endpoint);
    }

    void replica_changed(const cluster::ReplicaView& view) {
        if (view.role == Role::catalog && view.last.leader) heard_of_leader(view.endpoint);
    }

    Readiness readiness() const {
        if (!keeper.live()) return {false, "no lease from the catalog's leader"};
        std::size_t catalogs = 0, orders_up = 0;
        for (const auto& view : monitor.views()) {
            if (view.state != cluster::ReplicaState::up) continue;
            catalogs += view.role == Role::catalog ? 1 : 0;
            orders_up += view.role == Role::order ? 1 : 0;
        }
        if (catalogs == 0) return {false, "no catalog replica is up"};
        if (orders_up == 0) return {false, "no order replica is up"};
        return {true, std::to_string(catalogs) + " catalog and " + std::to_string(orders_up) +
                          " order replicas up, registered in term " + std::to_string(coherence.term())};
    }

    /// As a group's member says it; a frontend leads nothing and keeps no state of its own.
    net::Response heartbeat() const {
        return heartbeat_response(Role::frontend, world.config.id, replication::Status(), readiness().ready);
    }

    World world;
    frontend::FrontendMetrics metrics;
    cluster::GroupClient catalog;
    cluster::HealthMonitor monitor;
    frontend::Balancer balancer;
    frontend::Coherence coherence;
    frontend::Branches branches;
    frontend::LeaseKeeper keeper;
    frontend::ReadPath reads;
    frontend::OrderPath orders;
    frontend::BookAdmin admin;
};

FrontendNode::FrontendNode(World world, cluster::HealthMonitor::Probe probe)
    : impl_(std::make_unique<Impl>(world, std::move(probe))) {}
FrontendNode::~FrontendNode() = default;

std::vector<net::Route> FrontendNode::routes() {
    using net::Access;
    using net::Request;
    using net::Verb;
    Impl* const f = impl_.get();
    return {
        // The original surface.
        {Verb::get, "/search", [f](Request r) { return f->read(frontend::parse_search, std::move(r)); }},
        {Verb::get, "/lookup", [f](Request r) { return f->read(frontend::parse_lookup, std::move(r)); }},
        {Verb::get, "/buy", [f](Request r) { return f->orders.buy(std::move(r)); }, Access::open, false},
        {Verb::post, "/buy", [f](Request r) { return f->orders.buy(std::move(r)); }},
        {Verb::get, "/getcatalog",
         [f](Request) { return ready(frontend::next_replica(f->monitor, Role::catalog)); }},
        {Verb::get, "/getorder",
         [f](Request) { return ready(frontend::next_replica(f->monitor, Role::order)); }},
        {Verb::get, "/crashed",
         [f](Request r) { return ready(frontend::crashed(f->monitor, f->world.config, r)); }},
        {Verb::get, "/invalidate", [f](Request r) { return ready(frontend::invalidate(f->coherence, r)); },
         Access::internal},
        // The surface for everybody else.
        {Verb::get, "/v1/books", [f](Request r) { return f->read(frontend::parse_page, std::move(r)); }},
        {Verb::get, "/v1/books/{id}", [f](Request r) { return f->read(frontend::parse_book, std::move(r)); }},
        {Verb::post, "/v1/books", [f](Request r) { return f->admin.add(std::move(r)); }, Access::admin},
        {Verb::patch, "/v1/books/{id}", [f](Request r) { return f->admin.change(std::move(r)); },
         Access::admin},
        {Verb::post, "/v1/orders", [f](Request r) { return f->orders.order(std::move(r)); }},
        {Verb::get, "/v1/orders/{number}", [f](Request r) { return f->orders.find(std::move(r)); }},
        {Verb::get, "/heartbeat", [f](Request) { return ready(f->heartbeat()); }, Access::internal, true,
         true},
        {Verb::get, "/v1/status",
         [f](Request) {
             return ready(net::json_response(
                 frontend::status_page(f->world, f->monitor, f->coherence, f->metrics, f->readiness())));
         }},
    };
}

net::QuickAnswer FrontendNode::answer_at_once() {
    return [f = impl_.get()](std::string_view target, base::TimePoint now, std::string_view date,
                             std::string& out) { return f->reads.answer_at_once(target, now, date, out); };
}

net::PostHandler FrontendNode::take_posts() {
    return [f = impl_.get()](const net::PlainPost& post, net::Reply& reply) {
        return f->orders.take(post, reply);
    };
}

Node::Branch FrontendNode::branch(boost::asio::any_io_executor loop) {
    Impl* const f = impl_.get();
    frontend::Branch& added = f->branches.add(std::move(loop), cache_limits(f->world.config));
    const auto answered = [f, &added](std::string_view target) {
        if (const auto* kept = f->coherence.copy_of(target, f->world.scheduler.now()))
            added.keep(std::string(target), *kept);
    };
    return {[&added](std::string_view target, base::TimePoint now, std::string_view date, std::string& out) {
                return added.answer_at_once(target, now, date, out);
            },
            answered};
}

void FrontendNode::start() {
    Impl* const f = impl_.get();
    f->world.transport.on_call(method::invalidate, [f](std::string message, base::TimePoint deadline) {
        return f->invalidated(std::move(message), deadline);
    });
    f->world.transport.on_notice(method::new_leader, [f](std::string notice) { f->announced(notice); });
    f->monitor.on_change([f](const cluster::ReplicaView& view) { f->replica_changed(view); });
    f->monitor.start();
    f->keeper.start();
}

Readiness FrontendNode::readiness() const {
    return impl_->readiness();
}

awaitable<void> FrontendNode::stop(base::TimePoint deadline) {
    const auto& timings = impl_->world.config.timings;
    impl_->keeper.stop();
    const auto ended = impl_->coherence.until() + timings.drift_margin;
    if (impl_->keeper.live()) co_await net::sleep_until(impl_->world.scheduler, std::min(ended, deadline));
    impl_->monitor.stop();
}

} // namespace bookstore::roles
