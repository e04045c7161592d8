#include <bookstore/net/router.hpp>

#include "unit/net/loop_fixture.hpp"

using namespace bookstore;
using namespace bookstore::net::test;
using boost::asio::awaitable;
using net::Access;
using net::Request;
using net::Response;
using net::Verb;

namespace {

/// Answers its name and what was captured.
net::HttpHandler named(std::string name) {
    return [name](Request request) -> awaitable<Response> {
        std::string text = name;
        for (const auto& capture : request.captures)
            text += ' ' + capture;
        co_return net::text_response(std::move(text));
    };
}

std::vector<net::Route> table() {
    return {{Verb::get, "/v1/books/{id}", named("book")},
            {Verb::get, "/v1/books/new", named("new")},
            {Verb::patch, "/v1/books/{id}", named("change"), Access::admin},
            {Verb::get, "/v1/{kind}/{id}/log", named("log")},
            {Verb::get, "/resync", named("resync"), Access::internal},
            {Verb::post, "/orders", named("order")},
            {Verb::get, "/buy", named("bought"), Access::open, false},
            {Verb::get, "/", named("root")}};
}

Response ask(Verb verb, std::string path, std::string credential = {},
             net::Credentials known = {"inside", "admin"}) {
    LoopFixture world;
    const net::Router router(table(), std::move(known));
    Request request;
    request.verb = verb;
    request.path = std::move(path);
    if (!credential.empty()) request.headers.emplace_back("authorization", std::move(credential));
    Response answer;
    const auto scenario = [&]() -> awaitable<void> { answer = co_await router.handle(request); };
    world.run(scenario);
    return answer;
}

} // namespace

TEST_CASE("a request finds its route and what the route's names stand for", "[net][router]") {
    CHECK(ask(Verb::get, "/v1/books/17").body == "book 17");
    CHECK(ask(Verb::get, "/v1/books/new").body == "new"); // the exact pattern is preferred
    CHECK(ask(Verb::get, "/v1/orders/5/log").body == "log orders 5");
    CHECK(ask(Verb::get, "/").body == "root");
    CHECK(ask(Verb::post, "/orders").body == "order");
    CHECK(ask(Verb::head, "/v1/books/17").status == 200);
}

TEST_CASE("a GET that changes something is not done by HEAD", "[net][router]") {
    const auto refused = ask(Verb::head, "/buy");
    CHECK(refused.status == 405);
    CHECK(refused.header("Allow") == "GET");
    CHECK(ask(Verb::get, "/buy").body == "bought");
}

TEST_CASE("what no pattern matches is not there", "[net][router]") {
    const auto* path = GENERATE("/v1/books", "/v1/books/", "/v1/books/1/2", "/v1/books/1/", "//", "/orders/",
                                "", "/v1//log");
    CAPTURE(path);
    CHECK(ask(Verb::get, path).status == 404);
}

TEST_CASE("a verb that a path does not serve is told which do", "[net][router]") {
    const auto refused = ask(Verb::delete_, "/v1/books/17");
    CHECK(refused.status == 405);
    CHECK(refused.header("Allow") == "GET, HEAD, PATCH");
    CHECK(ask(Verb::get, "/orders").header("Allow") == "POST");
    CHECK(ask(Verb::head, "/orders").status == 405);
    CHECK(ask(Verb::other, "/orders").status == 405);
    CHECK(ask(Verb::options, "*").header("Allow") == "GET, HEAD, PATCH, POST");
}

TEST_CASE("an internal route asks for the cluster's credential", "[net][router]") {
    const auto missing = ask(Verb::get, "/resync");
    CHECK(missing.status == 401);
    CHECK(missing.header("WWW-Authenticate") == "Bearer");
    CHECK(ask(Verb::get, "/resync", "Basic inside").status == 401);
    CHECK(ask(Verb::get, "/resync", "Bearer guess!").status == 403);
    CHECK(ask(Verb::get, "/resync", "Bearer inside1").status == 403);
    CHECK(ask(Verb::get, "/resync", "Bearer admin").status == 403);
    CHECK(ask(Verb::get, "/resync", "Bearer inside").status == 200);
    CHECK(ask(Verb::get, "/resync", "bearer inside").status == 200);
    CHECK(ask(Verb::get, "/resync", "", {"", "admin"}).status == 200);
}

TEST_CASE("an admin route takes either credential", "[net][router]") {
    CHECK(ask(Verb::patch, "/v1/books/1").status == 401);
    CHECK(ask(Verb::patch, "/v1/books/1", "Bearer guess").status == 403);
    CHECK(ask(Verb::patch, "/v1/books/1", "Bearer admin").body == "change 1");
    CHECK(ask(Verb::patch, "/v1/books/1", "Bearer inside").status == 200);
    CHECK(ask(Verb::patch, "/v1/books/1", "", {"inside", ""}).status == 200);
    CHECK(ask(Verb::patch, "/v1/books/1", "Bearer ", {"", "admin"}).status == 403);
}
