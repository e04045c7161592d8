#include "roles/process/process.hpp"

#include <csignal>
#include <utility>

#include <system_error>

#include <fcntl.h>
#include <sys/resource.h>

#include <bookstore/base/log.hpp>
#include <bookstore/net/loop.hpp>
#include <bookstore/net/problem.hpp>
#include <bookstore/roles/frontend/http_probe.hpp>
#include <bookstore/roles/process.hpp>

#include "roles/process/make_nodes.hpp"
#include "roles/timing.hpp"

namespace bookstore::roles {
namespace {

constexpr base::Duration look_again_until_ready = base::milliseconds(50);
constexpr base::Duration look_again = base::seconds(1);

/// Every connection is a descriptor, and the soft limit is made for programs that use select().
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) base::log::warning("cannot raise the limit of open files");
}

std::size_t loops_of(const cluster::Config& config) {
    return config.role == cluster::Role::frontend ? config.threads : 1;
}

/// Descriptors that connections leave to files and peers: a database that cannot open its file is a broken
/// disk.
constexpr rlim_t descriptors_kept = 96;

/// Never more connections than there are descriptors for.
net::HttpLimits within_descriptors(net::HttpLimits limits) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return limits;
    const rlim_t needed = descriptors_kept + limits.reserve_max;
    const rlim_t room = limit.rlim_cur > needed ? limit.rlim_cur - needed : 1;
    if (room >= limits.connections_max) return limits;
    base::log::warning("the limit of open files is low: fewer connections are served",
                       {{"files", limit.rlim_cur}, {"connections", room}});
    limits.connections_max = room;
    return limits;
}

/// What leases, elections and fresh reads rest on: each process counts with its own, so they must be
/// everybody's. A frontend trusts its cache only because the leader invalidates it.
std::string agreement(const cluster::Config& config) {
    const auto ms = [](base::Duration time) {
        return std::to_string(std::chrono::duration_cast<base::milliseconds>(time).count());
    };
    const auto count = [&](cluster::Role role) {
        return std::string(cluster::to_string(role)) + " replicas: " + std::to_string(config.of(role).size());
    };
    std::string broken;
    for (const std::string_view key : config.unsafe.broken())
        broken += ", unsafe " + std::string(key);
    using cluster::Role;
    return "election-ms: " + ms(config.timings.election) +
           ", drift-margin-ms: " + ms(config.timings.drift_margin) +
           ", lease-ms: " + ms(config.timings.lease) + ", " + count(Role::catalog) + ", " +
           count(Role::order) + ", " + count(Role::frontend) + broken;
}

/// Each loop's part: the kernel spreads connections over them about evenly.
net::HttpLimits limits_of_a_loop(const cluster::Config& config) {
    auto limits = within_descriptors(config.http);
    const std::size_t loops = loops_of(config);
    limits.connections_max = (limits.connections_max + loops - 1) / loops;
    limits.reserve_max = (limits.reserve_max + loops - 1) / loops;
    return limits;
}

net::Response answer_ready(const Readiness& readiness) {
    if (!readiness.ready) return net::problem(503, readiness.reason, "not-ready").with("Retry-After", "1");
    return net::text_response("ready: " + readiness.reason + "\n");
}

/// Of a listening socket.
int copy_of(int descriptor) {
    const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) throw std::system_error(errno, std::system_category(), "cannot share a listening socket");
    return copy;
}

net::HttpHandler answering(std::function<net::Response()> answer) {
    return [answer = std::move(answer)](net::Request) -> boost::asio::awaitable<net::Response> {
        co_return answer();
    };
}

} // namespace

Process::Process(const cluster::Config& config)
    : config_(config),
      directory_(config.data_dir),
      scheduler_(net::make_loop_scheduler(loop_)),
      random_(base::random_seed()),
      transport_(loop_, *scheduler_, metrics_, config.secret, {}, agreement(config)),
      client_(loop_, *scheduler_),
      nodes_(make_nodes(world(), open_files_in(directory_, *scheduler_), http_probe(client_, config.secret))),
      router_(routes(), {config.secret, config.admin_secret}),
      limits_(limits_of_a_loop(config)),
      server_(loop_, *scheduler_, router_, limits_, metrics_),
      signals_(loop_, SIGTERM, SIGINT),
      service_manager_(*scheduler_) {
    transport_.attach(server_);
    server_.answer_at_once(nodes_.back()->answer_at_once());
    server_.take_posts(nodes_.back()->take_posts());
    add_side_loops();
}

World Process::world() {
    return {config_,
            loop_.get_executor(),
            *scheduler_,
            random_,
            metrics_,
            transport_,
            [this](const std::string& reason) { fatal(reason); }};
}

std::vector<net::Route> Process::routes() {
    constexpr auto open = net::Access::open;
    std::vector<net::Route> routes{
        {net::Verb::get, "/healthz", answering([] { return net::text_response("ok\n"); }), open, true, true},
        {net::Verb::get, "/readyz", answering([this] { return answer_ready(readiness()); }), open, true,
         true},
        {net::Verb::get, "/metrics", answering([this] {
             net::Response response = net::text_response(metrics_.expose());
             response.content_type = "text/plain; version=0.0.4; charset=utf-8";
             return response;
         }),
         open, true, true},
    };
    for (const auto& node : nodes_)
        for (net::Route& route :
             timed(node->routes(), std::string(cluster::to_string(config_.role)), *scheduler_))
            routes.push_back(std::move(route));
    return routes;
}

int Process::run() {
    wait_for_signal();
    listen();
    for (const auto& node : nodes_)
        node->start();
    watch_readiness();
    for (const auto& side : side_loops_)
        side->start();
    loop_.run();
    for (const auto& side : side_loops_)
        side->stop();
    return status_;
}

void Process::add_side_loops() {
    for (std::size_t n = 1; n < loops_of(config_); ++n)
        side_loops_.push_back(
            std::make_unique<SideLoop>(loop_, router_, *nodes_.back(), transport_, limits_, metrics_));
}

/// A socket of its own for each loop. One that systemd opened is all loops': whoever is first takes a
/// connection.
void Process::listen() {
    const std::vector<int> given = ServiceManager::listening_sockets();
    for (const int socket : given) {
        for (const auto& side : side_loops_)
            side->server().adopt(copy_of(socket));
        base::log::info("listening",
                        {{"address", to_string(server_.adopt(socket))}, {"by", "socket activation"}});
    }
    if (!given.empty()) return;
    const auto port = side_loops_.empty() ? net::HttpServer::Port::own : net::HttpServer::Port::shared;
    const net::Endpoint where = server_.listen(config_.self(), port);
    for (const auto& side : side_loops_)
        side->server().listen(where, port);
    base::log::info("listening", {{"address", to_string(where)}});
}

void Process::wait_for_signal() {
    signals_.async_wait([this](boost::system::error_code error, int) {
        if (error) return;
        signalled();
        wait_for_signal();
    });
}

void Process::signalled() {
    if (stopping_) {
        base::log::warning("asked to stop again: not waiting for anything");
        return end(1);
    }
    base::log::info("stopping");
    stopping_ = true;
    service_manager_.stopping();
    net::spawn(loop_.get_executor(), "stop", [this] { return stop(); });
}

boost::asio::awaitable<void> Process::stop() {
    const base::TimePoint deadline = scheduler_->now() + config_.drain_time;
    server_.drain();
    for (const auto& side : side_loops_)
        side->drain(deadline);
    // The role's own node first: it may need the others until its requests have ended.
    for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node)
        co_await (*node)->stop(deadline);
    for (const auto& side : side_loops_)
        co_await side->drained();
    co_await server_.drained(deadline);
    transport_.close();
    base::log::info("stopped");
    end(0);
}

void Process::end(int status) {
    status_ = status;
    loop_.stop();
}

void Process::fatal(const std::string& reason) {
    base::log::error("cannot go on", {{"reason", reason}});
    end(1);
}

Readiness Process::readiness() const {
    if (stopping_) return {false, "stopping"};
    auto readiness = nodes_.back()->readiness();
    if (const auto why = transport_.disagreement(); !readiness.ready && !why.empty())
        readiness.reason += "; " + why;
    return readiness;
}

void Process::watch_readiness() {
    Readiness now = readiness();
    if (now.ready && !was_ready_) service_manager_.ready();
    if (now.reason != told_.reason) service_manager_.status(now.reason);
    if (now.ready && !told_.ready) base::log::info("ready", {{"as", now.reason}});
    if (!now.ready && told_.ready) base::log::warning("not ready", {{"reason", now.reason}});
    was_ready_ = was_ready_ || now.ready;
    told_ = std::move(now);
    readiness_timer_ =
        scheduler_->after(told_.ready ? look_again : look_again_until_ready, [this] { watch_readiness(); });
}

int run(const cluster::Config& config) {
    base::log::start(config.name(), config.log_level);
    std::signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    for (const std::string_view key : config.unsafe.broken())
        base::log::warning("UNSAFE: this shop breaks its promises on purpose, to be measured",
                           {{"unsafe", key}});
    Process process(config);
    return process.run();
}

} // namespace bookstore::roles
