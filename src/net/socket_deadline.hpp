#pragma once
/// \file
/// An end to whatever a coroutine does with a socket.
#include "net/asio.hpp"
#include <bookstore/base/scheduler.hpp>

namespace bookstore::net {

/// Closes the socket at `when`: the operation under way ends, and later ones fail at once. Lives in the frame
/// that owns the socket, and no longer than it.
class SocketDeadline {
public:
    SocketDeadline(base::Scheduler& scheduler, tcp::socket& socket, base::TimePoint when) {
        timer_ = scheduler.at(when, [this, &socket] {
            passed_ = true;
            error_code ignored;
            socket.close(ignored);
        });
    }
    SocketDeadline(const SocketDeadline&) = delete;
    SocketDeadline& operator=(const SocketDeadline&) = delete;

    bool passed() const { return passed_; }

private:
    bool passed_ = false;
    std::unique_ptr<base::Timer> timer_;
};

} // namespace bookstore::net
