#pragma once
/// \file
/// Listening sockets: opened or taken over, and accepted from without ever spinning.
#include <functional>
#include <memory>
#include <vector>

#include "net/asio.hpp"
#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/endpoint.hpp>

namespace bookstore::net {

/// Loop thread only.
class HttpListener : public std::enable_shared_from_this<HttpListener> {
public:
    using Accepted = std::function<void(tcp::socket)>;

    /// `loop` and `scheduler` outlive it.
    HttpListener(asio::io_context& loop, base::Scheduler& scheduler, Accepted accepted);

    /// Listens on every address that `where` names. Throws std::system_error that names it when there is
    /// none.
    /// `shared`: with SO_REUSEPORT.
    Endpoint listen(const Endpoint& where, bool shared);
    Endpoint adopt(int descriptor);
    void close();

private:
    using Acceptor = std::shared_ptr<tcp::acceptor>;

    Acceptor open(const tcp::endpoint& where, bool shared);
    void start(Acceptor acceptor);
    static asio::awaitable<void> accept(std::shared_ptr<HttpListener> self, Acceptor from);
    void accept_waiting(tcp::acceptor& from);
    void log_failure(error_code why);

    asio::io_context& loop_;
    base::Scheduler& scheduler_;
    Accepted accepted_;
    std::vector<Acceptor> acceptors_;
    base::TimePoint next_log_;
};

} // namespace bookstore::net
