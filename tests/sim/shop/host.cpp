#include "sim/shop/host.hpp"

#include <bookstore/net/loop.hpp>
#include <bookstore/roles/frontend/http_probe.hpp>

#include "roles/process/make_nodes.hpp"

namespace bookstore::shopsim {
namespace {

boost::asio::awaitable<base::result<cluster::Report>> ask(Surroundings& around, std::shared_ptr<Site> site,
                                                          net::Endpoint to, base::TimePoint deadline) {
    net::Request request;
    request.path = "/heartbeat";
    const auto response = co_await fetch(around.network, site, around.addresses.at(to), std::move(request),
                                         base::seconds(1), deadline);
    if (!response) co_return response.error();
    if (response->status != 200) co_return base::Errc::protocol_error;
    auto report = roles::parse_heartbeat(response->body);
    if (report) around.heard(to, *report);
    co_return report;
}

} // namespace

Process::Process(Surroundings& around, const cluster::Config& config, const HostClock& clock, HostDisk& disk,
                 HostId host)
    : loop(around.schedule, clock),
      around_(around),
      config_(config),
      random_(around.random.next()),
      transport_(around.network, around.addresses, site_),
      nodes_(roles::make_nodes(
          world(),
          [this, &disk](const std::string& group, std::span<const base::Table> tables) {
              return disk.open(group, tables, loop);
          },
          probe())),
      router_(routes(), {}) {
    site_->host = host;
    site_->router = &router_;
    site_->answer_at_once = nodes_.back()->answer_at_once();
    site_->take_posts = nodes_.back()->take_posts();
}

roles::World Process::world() {
    site_->loop = &loop;
    site_->transport = &transport_;
    return {config_, loop.executor(), loop, random_, metrics_, transport_, [this](const std::string& reason) {
                around_.fail(config_.name() + " ends itself: " + reason);
            }};
}

cluster::HealthMonitor::Probe Process::probe() {
    return [this](net::Endpoint to, base::TimePoint deadline) {
        return ask(around_, site_, std::move(to), deadline);
    };
}

std::vector<net::Route> Process::routes() {
    std::vector<net::Route> routes;
    for (const auto& node : nodes_)
        for (net::Route& route : node->routes())
            routes.push_back(std::move(route));
    return routes;
}

void Process::start() {
    around_.network.run_at(site_->host, site_);
    for (const auto& node : nodes_)
        node->start();
    loop.deliver([] {}); // whatever was posted
}

void Process::stop(std::function<void()> stopped) {
    stopping_ = true;
    loop.deliver([this, stopped = std::move(stopped)] {
        net::spawn(loop.executor(), "stop", [this, stopped]() -> boost::asio::awaitable<void> {
            co_await leave();
            stopped();
        });
    });
}

/// As the composition root does it: the role's own node first.
boost::asio::awaitable<void> Process::leave() {
    const auto deadline = loop.now() + config_.drain_time;
    for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node)
        co_await (*node)->stop(deadline);
}

bool Process::ready() const {
    return !stopping_ && !loop.paused() && nodes_.back()->readiness().ready;
}

std::string Process::account() const {
    const auto readiness = nodes_.back()->readiness();
    return (readiness.ready ? "ready: " : "not ready: ") + readiness.reason;
}

Host::Host(Surroundings& around, cluster::Config config, HostClock its_clock)
    : clock(its_clock),
      disk(around.schedule, around.random, around.weather),
      around_(around),
      config_(std::move(config)),
      id_(around.network.add_host()) {}

void Host::start() {
    ++life_;
    around_.network.set_power(id_, true);
    process_ = std::make_unique<Process>(around_, config_, clock, disk, id_);
    process_->start();
}

void Host::crash(bool power) {
    if (!process_) return;
    ++life_;
    steps_ += process_->loop.steps();
    disk.interrupt();
    if (power) around_.network.set_power(id_, false);
    around_.network.run_at(id_, nullptr);
    process_.reset();
    if (power) disk.cut_power();
    disk.repair();
}

void Host::lose_disk(bool told) {
    crash(true);
    disk.lose();
    if (told) config_.first_start = false;
}

void Host::stop() {
    if (!process_ || process_->stopping()) return;
    process_->stop([this, life = life_] {
        // Not from inside its own loop.
        around_.schedule.after({}, [this, life] {
            if (life == life_) crash(false);
        });
    });
}

} // namespace bookstore::shopsim
