#pragma once
/// \file
/// A server's way to take on a POST without its router, for tests that play the server.
#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include <bookstore/net/plain_post.hpp>

namespace bookstore::test {

/// True when `request` is plain and has been taken on: `done` gets its answer, unless the reply is dropped.
inline bool taken(const net::PostHandler& take, const net::Request& request,
                  std::function<void(const net::Response&)> done) {
    const auto is_plain = [](const auto& header) {
        return header.first == "Content-Type" || header.first == "Idempotency-Key";
    };
    const auto& headers = request.headers;
    if (!take || request.verb != net::Verb::post || !std::all_of(headers.begin(), headers.end(), is_plain))
        return false;
    struct Client final : net::Asker {
        explicit Client(std::function<void(const net::Response&)> told) : done(std::move(told)) {}
        void answer(const net::Response& response) override {
            const std::unique_ptr<Client> ended(this);
            done(response);
        }
        void abandon() override { delete this; }
        std::function<void(const net::Response&)> done;
    };
    net::Reply reply(*std::make_unique<Client>(std::move(done)).release());
    const net::PlainPost post{request.target, request.header("Content-Type"),
                              request.header("Idempotency-Key"), request.body, request.deadline};
    return take(post, reply);
}

} // namespace bookstore::test
