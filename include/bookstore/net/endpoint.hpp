#pragma once
/// \file
/// Where a process listens: IPv4, IPv6 (`[::1]:3211`) or a host name, and a port.
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include <bookstore/base/error.hpp>

namespace bookstore::net {

struct Endpoint {
    std::string host; ///< without brackets
    std::uint16_t port = 0;

    auto operator<=>(const Endpoint&) const = default;
};

/// "127.0.0.1:3211", "[::1]:3211", "books.example:3211".
std::string to_string(const Endpoint& e);
/// Errc::invalid_argument when it is not of that form; `default_port` 0 makes the port compulsory.
base::result<Endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port = 0);
/// 127.0.0.0/8, ::1 or "localhost".
bool is_loopback(const Endpoint& e);

} // namespace bookstore::net
