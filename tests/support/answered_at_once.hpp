#pragma once
/// \file
/// A server's way to answer without its router, for tests that play the server.
#include <optional>
#include <stdexcept>
#include <string>

#include <bookstore/net/http_client.hpp>
#include <bookstore/net/http_server.hpp>

#include "net/http_parser.hpp"

namespace bookstore::test {

/// The target of a request that was made of its parts.
inline std::string target_of(const net::Request& request) {
    std::string target = request.path;
    for (const auto& [name, value] : request.query)
        target.append(target == request.path ? "?" : "&")
            .append(net::percent_encode(name) + '=' + net::percent_encode(value));
    return target;
}

/// What `answer` gives for `request` as a client understands it; nothing when the router is to be asked.
inline std::optional<net::Response> answered_at_once(const net::QuickAnswer& answer,
                                                     const net::Request& request, base::TimePoint now) {
    if (!answer || request.verb != net::Verb::get || !request.headers.empty()) return std::nullopt;
    std::string bytes;
    const int status = answer(request.target, now, "Sun, 06 Nov 1994 08:49:37 GMT", bytes);
    if (status == 0 && bytes.empty()) return std::nullopt;
    net::ResponseParser parser({64u << 10, 64u << 20}, false);
    std::string_view rest = bytes;
    if (parser.feed(rest) != net::ParseState::done || !rest.empty())
        throw std::logic_error("what was answered at once is no answer: " + bytes);
    auto response = parser.take();
    if (response.status != status) throw std::logic_error("another status than was told: " + bytes);
    std::erase_if(response.headers, [](const auto& header) {
        return header.first == "Date" || header.first == "Content-Type" || header.first == "Content-Length";
    });
    return response;
}

} // namespace bookstore::test
