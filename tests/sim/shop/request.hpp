#pragma once
/// \file
/// What a client sends.
#include <string>
#include <utility>

#include <bookstore/net/router.hpp>

namespace bookstore::shopsim {

inline net::Request request(net::Verb verb, std::string path, net::Headers query = {},
                            std::string body = {}) {
    net::Request made;
    made.verb = verb;
    made.path = std::move(path);
    made.query = std::move(query);
    made.body = std::move(body);
    if (!made.body.empty()) made.headers.emplace_back("Content-Type", "application/json");
    return made;
}

} // namespace bookstore::shopsim
