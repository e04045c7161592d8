#include <algorithm>
#include <array>
#include <memory>

#include <bookstore/base/log.hpp>
#include <bookstore/cluster/health.hpp>
#include <bookstore/net/loop.hpp>

namespace bookstore::cluster {
namespace {

struct Watched {
    Watched(Role r, unsigned i, net::Endpoint at, const Health& health)
        : role(r), id(i), endpoint(std::move(at)), judge(health.rise, health.fall) {
        refresh();
    }

    void refresh() {
        view =
            ReplicaView{role, id, endpoint, judge.state(), judge.last(), judge.last_seen(), judge.crashed()};
        // What a replica said before it went down says nothing of who leads now.
        if (view.state == ReplicaState::down) view.last.leader = false;
    }

    Role role;
    unsigned id;
    net::Endpoint endpoint;
    HealthJudge judge;
    ReplicaView view;
    bool asking = false;                ///< a heartbeat is on its way
    std::unique_ptr<base::Timer> timer; ///< for the next one
};

bool differ(const ReplicaView& a, const ReplicaView& b) {
    return a.state != b.state || a.last.leader != b.last.leader;
}

/// The connection itself says that nobody is there: no need to wait for more of the same.
bool is_refusal(boost::system::error_code failure) {
    return failure == base::Errc::unreachable || failure == base::Errc::connection_lost;
}

} // namespace

/// Kept alive by the heartbeats on their way; after stop() they change nothing.
struct HealthMonitor::Impl : std::enable_shared_from_this<Impl> {
    Impl(boost::asio::any_io_executor on, base::Scheduler& s, const Config& config, Probe p)
        : executor(std::move(on)), scheduler(s), health(config.health), probe(std::move(p)) {
        for (const Role role : {Role::catalog, Role::order, Role::frontend}) {
            first[static_cast<std::size_t>(role)] = watched.size();
            for (unsigned id = 0; id < config.of(role).size(); ++id)
                watched.emplace_back(role, id, config.of(role)[id], health);
        }
    }

    /// [begin, end) of a role's replicas in `watched`.
    std::pair<std::size_t, std::size_t> range(Role role) const {
        const auto r = static_cast<std::size_t>(role);
        return {first[r], r + 1 < first.size() ? first[r + 1] : watched.size()};
    }

    void ask(std::size_t index) {
        Watched& replica = watched[index];
        if (!running || replica.asking) return;
        replica.asking = true;
        const base::TimePoint started = scheduler.now();
        auto task = [self = shared_from_this(), index, started]() -> boost::asio::awaitable<void> {
            auto answer = co_await self->probe(self->watched[index].endpoint, started + self->health.timeout);
            self->heard(index, answer, started);
        };
        net::spawn(executor, "heartbeat", std::move(task));
    }

    void heard(std::size_t index, const base::result<Report>& answer, base::TimePoint started) {
        Watched& replica = watched[index];
        replica.asking = false;
        if (!running) return;
        if (answer)
            replica.judge.answered(*answer, scheduler.wall_now());
        else if (is_refusal(answer.error()))
            replica.judge.refused();
        else
            replica.judge.missed();
        const base::TimePoint next = std::max(started + health.interval, scheduler.now());
        replica.timer = scheduler.at(next, [this, index] { ask(index); }); // the timer goes with this
        update(replica);
    }

    void update(Watched& replica) {
        const ReplicaView before = replica.view;
        replica.refresh();
        if (!differ(before, replica.view)) return;
        if (before.state != replica.view.state)
            base::log::info(
                "replica is " + std::string(to_string(replica.view.state)),
                {{"replica", std::string(to_string(replica.role)) + "-" + std::to_string(replica.id)},
                 {"was", to_string(before.state)}});
        const ReplicaView now = replica.view; // a handler may bring about the next change
        for (const auto& handler : handlers)
            handler(now);
    }

    boost::asio::any_io_executor executor;
    base::Scheduler& scheduler;
    const Health health;
    const Probe probe;
    std::vector<Watched> watched; ///< by role and id; never grows after construction
    std::array<std::size_t, 3> first{};
    std::array<std::size_t, 3> turn{}; ///< round-robin, by role
    std::vector<std::function<void(const ReplicaView&)>> handlers;
    bool running = false;
};

HealthMonitor::HealthMonitor(boost::asio::any_io_executor executor, base::Scheduler& scheduler,
                             const Config& config, Probe probe)
    : impl_(std::make_shared<Impl>(std::move(executor), scheduler, config, std::move(probe))) {}

HealthMonitor::~HealthMonitor() {
    stop();
}

void HealthMonitor::start() {
    impl_->running = true;
    for (std::size_t index = 0; index < impl_->watched.size(); ++index)
        impl_->ask(index);
}

void HealthMonitor::stop() {
    impl_->running = false;
    for (Watched& replica : impl_->watched)
        replica.timer.reset();
}

void HealthMonitor::on_change(std::function<void(const ReplicaView&)> handler) {
    impl_->handlers.push_back(std::move(handler));
}

void HealthMonitor::report_refused(const net::Endpoint& endpoint) {
    for (std::size_t index = 0; index < impl_->watched.size(); ++index) {
        Watched& replica = impl_->watched[index];
        // Of one that is down already this is no news; its own heartbeats will tell when it is back.
        if (replica.endpoint != endpoint || replica.view.state == ReplicaState::down) continue;
        replica.judge.refused();
        impl_->update(replica);
        impl_->ask(index);
    }
}

std::vector<ReplicaView> HealthMonitor::views() const {
    std::vector<ReplicaView> all;
    for (const Watched& replica : impl_->watched)
        all.push_back(replica.view);
    return all;
}

const ReplicaView& HealthMonitor::view(Role role, unsigned id) const {
    const auto [begin, end] = impl_->range(role);
    INVARIANT(begin + id < end);
    return impl_->watched[begin + id].view;
}

std::optional<unsigned> HealthMonitor::next(Role role) {
    const auto [begin, end] = impl_->range(role);
    std::size_t& turn = impl_->turn[static_cast<std::size_t>(role)];
    const std::size_t count = end - begin;
    for (std::size_t step = 0; step < count; ++step) {
        const std::size_t id = (turn + step) % count;
        if (impl_->watched[begin + id].view.state != ReplicaState::up) continue;
        turn = (id + 1) % count;
        return static_cast<unsigned>(id);
    }
    return std::nullopt;
}

} // namespace bookstore::cluster
