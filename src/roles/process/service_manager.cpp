#include "roles/process/service_manager.hpp"

#include <algorithm>
#include <stdexcept>

#include <systemd/sd-daemon.h>

namespace bookstore::roles {

ServiceManager::ServiceManager(base::Scheduler& scheduler) : scheduler_(scheduler) {
    std::uint64_t patience_us = 0;
    if (sd_watchdog_enabled(0, &patience_us) <= 0) return;
    watchdog_interval_ = std::chrono::microseconds(patience_us / 2);
    feed_watchdog();
}

void ServiceManager::ready() {
    sd_notify(0, "READY=1");
}

void ServiceManager::status(const std::string& text) {
    std::string line = "STATUS=" + text;
    std::replace(line.begin(), line.end(), '\n', ' '); // a new line would start another variable
    sd_notify(0, line.c_str());
}

void ServiceManager::stopping() {
    sd_notify(0, "STOPPING=1");
}

std::vector<int> ServiceManager::listening_sockets() {
    const int count = sd_listen_fds(1);
    if (count < 0) throw std::runtime_error("cannot take over the sockets in LISTEN_FDS");
    std::vector<int> sockets;
    for (int i = 0; i < count; ++i)
        sockets.push_back(SD_LISTEN_FDS_START + i);
    return sockets;
}

void ServiceManager::feed_watchdog() {
    sd_notify(0, "WATCHDOG=1");
    timer_ = scheduler_.after(watchdog_interval_, [this] { feed_watchdog(); });
}

} // namespace bookstore::roles
