#include "net/http_listener.hpp"

#include <cstring>
#include <sys/socket.h>
#include <system_error>

#include <boost/asio/ip/v6_only.hpp>

#include <bookstore/base/log.hpp>
#include <bookstore/net/loop.hpp>

namespace bookstore::net {
namespace {

constexpr base::Duration back_off = base::milliseconds(50);
constexpr base::Duration log_period = base::seconds(1);
/// Taken from the kernel's queue at a time. One by one, who connects to a busy server would wait for a turn
/// of the loop for each that came before.
constexpr int accepted_at_once_max = 64;

Endpoint to_endpoint(const tcp::endpoint& e) {
    return {e.address().to_string(), e.port()};
}

[[noreturn]] void fail(error_code why, const std::string& what) {
    throw std::system_error(why.value(), std::system_category(), what);
}

/// Asio has no name for this option of Linux.
void share_port(tcp::acceptor& acceptor) {
    const int on = 1;
    if (::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
        throw boost::system::system_error(error_code(errno, boost::system::system_category()));
}

} // namespace

HttpListener::HttpListener(asio::io_context& loop, base::Scheduler& scheduler, Accepted accepted)
    : loop_(loop), scheduler_(scheduler), accepted_(std::move(accepted)) {}

HttpListener::Acceptor HttpListener::open(const tcp::endpoint& where, bool shared) {
    auto acceptor = std::make_shared<tcp::acceptor>(loop_);
    acceptor->open(where.protocol());
    acceptor->set_option(tcp::acceptor::reuse_address(true));
    if (shared) share_port(*acceptor);
    if (where.address().is_v6()) acceptor->set_option(asio::ip::v6_only(true));
    acceptor->bind(where);
    acceptor->listen();
    acceptor->non_blocking(true);
    return acceptor;
}

Endpoint HttpListener::listen(const Endpoint& where, bool shared) {
    const std::string what = "cannot listen on " + to_string(where);
    error_code why;
    tcp::resolver resolver(loop_);
    const auto flags = tcp::resolver::passive | tcp::resolver::numeric_service;
    const auto found = resolver.resolve(where.host, std::to_string(where.port), flags, why);
    if (why)
        throw std::system_error(std::make_error_code(std::errc::address_not_available),
                                what + ": " + why.message());

    std::vector<Acceptor> opened;
    std::uint16_t port = where.port; // a name's second address gets the port that its first was given
    for (const auto& entry : found) {
        try {
            opened.push_back(open({entry.endpoint().address(), port}, shared));
            port = opened.back()->local_endpoint().port();
        } catch (const boost::system::system_error& e) {
            why = e.code(); // a host may lack one of the families that its names have
            if (why == asio::error::address_in_use || why == asio::error::access_denied) fail(why, what);
        }
    }
    if (opened.empty()) fail(why, what);
    for (const auto& acceptor : opened)
        start(acceptor);
    return {where.host, port};
}

Endpoint HttpListener::adopt(int descriptor) {
    const std::string what = "cannot take over listening socket " + std::to_string(descriptor);
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &size) != 0)
        throw std::system_error(errno, std::system_category(), what);
    if (name.ss_family != AF_INET && name.ss_family != AF_INET6)
        throw std::system_error(std::make_error_code(std::errc::address_family_not_supported), what);
    int listening = 0;
    socklen_t listening_size = sizeof listening;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &listening_size) != 0 ||
        listening == 0)
        throw std::system_error(std::make_error_code(std::errc::invalid_argument), what);
    auto acceptor = std::make_shared<tcp::acceptor>(loop_);
    error_code why;
    acceptor->assign(name.ss_family == AF_INET ? tcp::v4() : tcp::v6(), descriptor, why);
    if (!why) acceptor->non_blocking(true, why);
    if (why) fail(why, what);
    start(acceptor);
    return to_endpoint(acceptor->local_endpoint());
}

void HttpListener::start(Acceptor acceptor) {
    acceptors_.push_back(acceptor);
    auto task = [self = shared_from_this(), acceptor] { return accept(self, acceptor); };
    spawn(loop_.get_executor(), "http listener", task);
}

asio::awaitable<void> HttpListener::accept(std::shared_ptr<HttpListener> self, Acceptor from) {
    while (from->is_open()) {
        auto [ec, socket] = co_await from->async_accept(as_result);
        if (!from->is_open()) break;
        if (!ec) {
            self->accepted_(std::move(socket));
            self->accept_waiting(*from);
        } else if (ec != asio::error::connection_aborted) {
            // Out of descriptors or memory, most likely: the connection stays in the kernel's queue, and
            // trying again at once would only spin.
            self->log_failure(ec);
            co_await sleep_until(self->scheduler_, self->scheduler_.now() + back_off);
        }
    }
}

/// Those that wait in the kernel's queue already. What fails here fails again in the next wait, and is looked
/// at there.
void HttpListener::accept_waiting(tcp::acceptor& from) {
    for (int accepted = 1; accepted < accepted_at_once_max; ++accepted) {
        error_code ec;
        tcp::socket socket(loop_);
        from.accept(socket, ec);
        if (ec) return;
        accepted_(std::move(socket));
    }
}

void HttpListener::log_failure(error_code why) {
    const auto now = scheduler_.now();
    if (now < next_log_) return;
    next_log_ = now + log_period;
    base::log::warning("cannot accept connections, will try again", {{"reason", why.message()}});
}

void HttpListener::close() {
    error_code ignored;
    for (const auto& acceptor : acceptors_)
        acceptor->close(ignored);
    acceptors_.clear();
}

} // namespace bookstore::net
