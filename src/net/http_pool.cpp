#include "net/http_pool.hpp"

#include <sys/socket.h>

namespace bookstore::net {
namespace {

/// Whether a kept connection is open and silent, as it should be: a server that closed it, or that speaks
/// unasked, cannot be used again.
bool is_usable(tcp::socket& socket) {
    char byte = 0;
    const auto got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

} // namespace

HttpPool::HttpPool(base::Scheduler& scheduler, std::size_t connections_max, base::Duration idle_time)
    : scheduler_(scheduler), connections_max_(connections_max), idle_time_(idle_time) {}

std::optional<tcp::socket> HttpPool::take(const Endpoint& to) {
    for (auto at = idle_.end(); at != idle_.begin();) {
        --at;
        if (at->to != to) continue;
        tcp::socket socket = std::move(at->socket);
        at = idle_.erase(at);
        if (is_usable(socket)) return socket;
    }
    return std::nullopt;
}

void HttpPool::put(const Endpoint& to, tcp::socket socket) {
    idle_.push_back({to, std::move(socket), scheduler_.now() + idle_time_});
    if (idle_.size() > connections_max_) idle_.pop_front();
    if (!timer_ && !idle_.empty()) timer_ = scheduler_.at(idle_.front().until, [this] { close_old(); });
}

void HttpPool::close_old() {
    timer_.reset();
    const auto now = scheduler_.now();
    while (!idle_.empty() && idle_.front().until <= now)
        idle_.pop_front();
    if (!idle_.empty()) timer_ = scheduler_.at(idle_.front().until, [this] { close_old(); });
}

} // namespace bookstore::net
