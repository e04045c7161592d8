#pragma once
/// \file
/// Who is alive, as one frontend sees it: heartbeats with rise and fall, and the round-robin over who is up.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <bookstore/base/error.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/cluster/config.hpp>

namespace bookstore::cluster {

/// Of a replica and its group, for people.
struct Condition {
    std::string state_verified, log_verified; ///< when last found right at rest; empty: not since its start
    std::string shortage;                     ///< why it takes on no writes: its disk is nearly full
    std::string damage;                       ///< found at rest and not mended yet
    std::vector<unsigned> without_voter;      ///< slots of its group
};

/// What a replica says of itself (GET /heartbeat).
struct Report {
    bool ready = false;
    bool leader = false;
    std::uint64_t version = 0;
    std::uint64_t digest = 0;
    Condition condition{};
};

enum class ReplicaState { down, resyncing, up };
std::string_view to_string(ReplicaState state);

struct ReplicaView {
    Role role = Role::catalog;
    unsigned id = 0;
    net::Endpoint endpoint;
    ReplicaState state = ReplicaState::down;
    Report last; ///< of the last answer
    std::optional<base::WallTime> last_seen;
    bool crashed = false; ///< seen down since it last resynchronised (GET /crashed)
};

/// The judgement on one replica; pure.
class HealthJudge {
public:
    HealthJudge(unsigned rise, unsigned fall);
    void answered(const Report& report, base::WallTime at);
    void missed();
    void refused(); ///< refused or reset: an answer of its own kind, taken at once
    ReplicaState state() const;
    bool crashed() const;
    std::optional<base::WallTime> last_seen() const;
    const Report& last() const;

private:
    unsigned rise_, fall_;
    unsigned good_ = 0, bad_ = 0;
    bool up_ = false, crashed_ = false, ever_up_ = false;
    Report last_;
    std::optional<base::WallTime> last_seen_;
};

/// Polls every replica of every role, all in parallel, and keeps the views. Loop thread only.
class HealthMonitor {
public:
    /// Sends one heartbeat and reads its answer; in production over net::HttpClient.
    using Probe =
        std::function<boost::asio::awaitable<base::result<Report>>(net::Endpoint, base::TimePoint deadline)>;

    HealthMonitor(boost::asio::any_io_executor executor, base::Scheduler& scheduler, const Config& config,
                  Probe probe);
    ~HealthMonitor();
    void start();
    void stop();

    /// Told of every change of a view's state or leader.
    void on_change(std::function<void(const ReplicaView&)> handler);
    /// A request met a refused or reset connection: judged at once, and polled again at once.
    void report_refused(const net::Endpoint& endpoint);

    std::vector<ReplicaView> views() const;
    const ReplicaView& view(Role role, unsigned id) const;

    /// The next replica of `role` that is up and ready, round-robin; nothing when none is.
    std::optional<unsigned> next(Role role);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace bookstore::cluster
