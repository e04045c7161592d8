#include <bookstore/net/endpoint.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

#include <boost/asio/ip/address.hpp>

namespace bookstore::net {
namespace {

namespace ip = boost::asio::ip;
using base::Errc;

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return port;
}

bool is_host_name(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '.' || c == '_';
    };
    return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), allowed);
}

bool is_ipv6(std::string_view text) {
    boost::system::error_code error;
    ip::make_address_v6(text, error);
    return !error;
}

} // namespace

std::string to_string(const Endpoint& e) {
    const bool bracketed = e.host.find(':') != std::string::npos;
    return (bracketed ? '[' + e.host + ']' : e.host) + ':' + std::to_string(e.port);
}

base::result<Endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port) {
    std::string_view host = text;
    std::optional<std::string_view> port_text;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return Errc::invalid_argument;
        host = text.substr(1, close - 1);
        const auto rest = text.substr(close + 1);
        if (!rest.empty() && rest.front() != ':') return Errc::invalid_argument;
        if (!rest.empty()) port_text = rest.substr(1);
        if (!is_ipv6(host)) return Errc::invalid_argument;
    } else {
        if (const auto colon = text.find(':'); colon != std::string_view::npos) {
            host = text.substr(0, colon);
            port_text = text.substr(colon + 1);
        }
        if (!is_host_name(host)) return Errc::invalid_argument;
    }
    if (!port_text) {
        if (default_port == 0) return Errc::invalid_argument;
        return Endpoint{std::string(host), default_port};
    }
    const auto port = parse_port(*port_text);
    if (!port) return Errc::invalid_argument;
    return Endpoint{std::string(host), *port};
}

bool is_loopback(const Endpoint& e) {
    boost::system::error_code error;
    const auto address = ip::make_address(e.host, error);
    if (error) return e.host == "localhost";
    return address.is_loopback();
}

} // namespace bookstore::net
