#include <catch2/catch.hpp>

#include <bookstore/ctl/shop_client.hpp>

#include "unit/ctl/fake_shop.hpp"

namespace bookstore::ctl {
namespace {

using base::Errc;

FakeShop::Handler answers(int status, const std::string& body) {
    return [status, body](const net::Request&) { return net::json_response(body, status); };
}
FakeShop::Handler cannot_serve() {
    return [](const net::Request&) { return net::problem(503, "no leader"); };
}
const std::string order = R"({"order":17,"key":"k","at":"2026-01-31T12:00:00.000Z","lines":[)"
                          R"({"item":2,"title":"RPCs for Dummies","quantity":2,"cost":200}],"total":400})";

TEST_CASE("what was certainly not done may be tried elsewhere", "[ctl][failover]") {
    for (const Errc refusal : {Errc::unreachable, Errc::not_ready, Errc::overloaded, Errc::stopping}) {
        CHECK(judge(refusal, Repeat::always) == Verdict::try_another);
        CHECK(judge(refusal, Repeat::if_refused) == Verdict::try_another);
    }
}

TEST_CASE("what may have been done is repeated only if that is harmless", "[ctl][failover]") {
    for (const Errc unknown : {Errc::timed_out, Errc::connection_lost, Errc::protocol_error}) {
        CHECK(judge(unknown, Repeat::always) == Verdict::try_another);
        CHECK(judge(unknown, Repeat::if_refused) == Verdict::unknown);
    }
    for (const int status : {502, 503, 504}) {
        CHECK(judge(net::text_response("", status), Repeat::always) == Verdict::try_another);
        CHECK(judge(net::text_response("", status), Repeat::if_refused) == Verdict::unknown);
    }
}

TEST_CASE("every other answer is an answer", "[ctl][failover]") {
    for (const int status : {200, 201, 400, 401, 404, 409, 422, 500}) {
        CHECK(judge(net::text_response("", status), Repeat::always) == Verdict::answered);
        CHECK(judge(net::text_response("", status), Repeat::if_refused) == Verdict::answered);
    }
}

TEST_CASE("a refused connection leads to the next endpoint", "[ctl][failover]") {
    FakeShop shop(answers(200, rpcs));
    const Ran ran = at(nowhere + "," + shop.address(), {"lookup", "2"});
    CHECK(ran.status == 0);
    CHECK(shop.requests().size() == 1);
}

TEST_CASE("503 leads to the next endpoint", "[ctl][failover]") {
    FakeShop cannot(cannot_serve()), can(answers(200, rpcs));
    CHECK(at(cannot.address() + "," + can.address(), {"lookup", "2"}).status == 0);
    CHECK(cannot.requests().size() == 1);
}

TEST_CASE("a purchase goes from one frontend to the next with one key", "[ctl][failover]") {
    FakeShop cannot(cannot_serve()), can(answers(201, order));
    const Ran ran = at(nowhere + "," + cannot.address() + "," + can.address(), {"buy", "2x2"});
    CHECK(ran.status == 0);
    REQUIRE(cannot.requests().size() == 1);
    REQUIRE(can.requests().size() == 1);
    const net::Request first = cannot.requests().front(), second = can.requests().front();
    REQUIRE(first.header("Idempotency-Key").has_value());
    CHECK(first.header("Idempotency-Key")->size() == 36);
    CHECK(first.header("Idempotency-Key") == second.header("Idempotency-Key"));
    CHECK(first.body == R"({"lines":[{"item":2,"quantity":2}]})");
    CHECK(first.body == second.body);
}

TEST_CASE("two purchases have two keys, and a given key is used", "[ctl][failover]") {
    FakeShop shop(answers(201, order));
    at(shop.address(), {"buy", "2"});
    at(shop.address(), {"buy", "2"});
    at(shop.address(), {"buy", "2", "--key=mine"});
    const auto requests = shop.requests();
    REQUIRE(requests.size() == 3);
    CHECK(requests[0].header("Idempotency-Key") != requests[1].header("Idempotency-Key"));
    CHECK(requests[2].header("Idempotency-Key") == "mine");
}

TEST_CASE("a shop without a leader is asked again until it has one", "[ctl][failover]") {
    int asked = 0;
    FakeShop shop([&asked](const net::Request&) {
        return ++asked < 3 ? net::problem(503, "no leader") : net::json_response(order, 201);
    });
    const Ran ran = at(shop.address(), {"buy", "2"});
    CHECK(ran.status == 0);
    CHECK(shop.requests().size() == 3);
}

TEST_CASE("a restock whose outcome is unknown is not repeated", "[ctl][failover]") {
    FakeShop cannot(cannot_serve()), can(answers(200, rpcs));
    const Ran ran = at(cannot.address() + "," + can.address(), {"restock", "2", "5"});
    CHECK(ran.status == 1);
    CHECK(can.requests().empty());
    CHECK_THAT(ran.err, Catch::Contains("no leader") && Catch::Contains("bookstorectl lookup 2"));
}

TEST_CASE("a restock that met nobody is tried elsewhere", "[ctl][failover]") {
    FakeShop shop(answers(200, rpcs));
    CHECK(at(nowhere + "," + shop.address(), {"restock", "2", "5"}).status == 0);
}

TEST_CASE("when nobody is there, that is said at once", "[ctl][failover]") {
    const Ran ran = at(nowhere, {"lookup", "2"});
    CHECK(ran.status == 1);
    CHECK(ran.out.empty());
    CHECK_THAT(ran.err,
               Catch::StartsWith("bookstorectl: no frontend answered: 127.0.0.1:1 connection refused; is the "
                                 "shop running? --endpoints"));
}

TEST_CASE("when the time is up, a purchase says how to go on", "[ctl][failover]") {
    FakeShop shop(cannot_serve());
    const Ran ran = at(shop.address(), {"--timeout=0.3", "buy", "2", "--key=mine"});
    CHECK(ran.status == 1);
    CHECK_THAT(ran.err, Catch::Contains("no leader") && Catch::Contains("--key=mine") &&
                            Catch::Contains("not be bought twice"));
}

} // namespace
} // namespace bookstore::ctl
