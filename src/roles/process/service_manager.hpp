#pragma once
/// \file
/// systemd, if that is who started us: readiness, status, the watchdog, and sockets that it opened.
#include <memory>
#include <string>
#include <vector>

#include <bookstore/base/scheduler.hpp>

namespace bookstore::roles {

/// Without systemd every call does nothing. Thread: the loop.
class ServiceManager {
public:
    /// Feeds the watchdog from now on, when there is one: a loop that hangs starves it.
    explicit ServiceManager(base::Scheduler& scheduler);

    void ready();
    void status(const std::string& text);
    void stopping();

    /// Sockets given by socket activation, to be taken over once.
    static std::vector<int> listening_sockets();

private:
    void feed_watchdog();

    base::Scheduler& scheduler_;
    base::Duration watchdog_interval_{}; ///< zero: none
    std::unique_ptr<base::Timer> timer_;
};

} // namespace bookstore::roles
