#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <catch2/catch.hpp>

#include "unit/ctl/fake_shop.hpp"

namespace bookstore::ctl {
namespace {

/// Answers every request alike.
FakeShop::Handler answers(int status, const std::string& body) {
    return [status, body](const net::Request&) { return net::json_response(body, status); };
}

const std::string xen = R"({"id":3,"title":"Xen and the Art","topic":"gs","cost":123456,"stock":0})";

TEST_CASE("search shows books in columns", "[ctl][commands]") {
    FakeShop shop(answers(200, "{\"books\":[" + rpcs + "," + xen + "],\"next\":null}"));
    const Ran ran = at(shop.address(), {"search", "d&s", "--query=two words"});
    CHECK(ran.status == 0);
    CHECK(ran.out == "ID  TITLE             TOPIC     PRICE  STOCK\n"
                     " 2  RPCs for Dummies  ds         2.00      5\n"
                     " 3  Xen and the Art   gs     1,234.56      0\n");
    REQUIRE(shop.requests().size() == 1);
    const net::Request request = shop.requests().front();
    CHECK(request.parameter("topic") == "d&s");
    CHECK(request.parameter("q") == "two words");
}

TEST_CASE("search goes from page to page, up to its limit", "[ctl][commands]") {
    FakeShop shop([](const net::Request& request) {
        const bool first = !request.parameter("after");
        return net::json_response("{\"books\":[" + (first ? rpcs : xen) +
                                  "],\"next\":" + (first ? "2" : "\"3\"") + "}");
    });
    const Ran ran = at(shop.address(), {"search", "--limit=2", "--output=json"});
    CHECK(ran.out == "{\"books\":[" + rpcs + "," + xen + "]}\n");
    REQUIRE(shop.requests().size() == 2);
    CHECK(shop.requests()[0].parameter("limit") == "2");
    CHECK(shop.requests()[1].parameter("limit") == "1");
    CHECK(shop.requests()[1].parameter("after") == "2");
    CHECK_THAT(at(shop.address(), {"search", "--limit=2"}).out, Catch::Contains("there are more"));
}

TEST_CASE("search that finds nothing has done what it was asked", "[ctl][commands]") {
    FakeShop shop(answers(200, R"({"books":[],"next":null})"));
    const Ran ran = at(shop.address(), {"search", "zz"});
    CHECK(ran.status == 0);
    CHECK(ran.out == "no such books\n");
}

TEST_CASE("lookup shows a book, or says that there is none", "[ctl][commands]") {
    FakeShop shop([](const net::Request& request) {
        return request.path == "/v1/books/2" ? net::json_response(rpcs)
                                             : net::problem(404, "There is no item 9.");
    });
    CHECK(at(shop.address(), {"lookup", "2"}).out ==
          "RPCs for Dummies\n  item   2\n  topic  ds\n  price  2.00\n  stock  5\n");
    CHECK(at(shop.address(), {"lookup", "2", "--output=json"}).out == rpcs + "\n");
    const Ran none = at(shop.address(), {"lookup", "9"});
    CHECK(none.status == 1);
    CHECK(none.out.empty());
    CHECK(none.err == "bookstorectl: There is no item 9.\n");
    CHECK(at(shop.address(), {"lookup", "two"}).status == 2);
    CHECK(at(shop.address(), {"lookup", "0"}).status == 2);
}

TEST_CASE("an order is shown with its total", "[ctl][commands]") {
    FakeShop shop(answers(200,
                          R"({"order":17,"key":"k","at":"2026-01-31T12:00:00.000Z","lines":[)"
                          R"({"item":2,"title":"RPCs for Dummies","quantity":2,"cost":200}],"total":400})"));
    const Ran ran = at(shop.address(), {"order", "17"});
    CHECK(ran.out == "Order 17  2026-01-31 12:00:00 UTC\n"
                     "ITEM  TITLE             PRICE  COPIES  AMOUNT\n"
                     "   2  RPCs for Dummies   2.00       2    4.00\n"
                     "----  ----------------  -----  ------  ------\n"
                     "      total                              4.00\n");
    CHECK(shop.requests().front().path == "/v1/orders/17");
}

TEST_CASE("buying what is not there says what is", "[ctl][commands]") {
    FakeShop shop([](const net::Request&) {
        return net::problem(409, "Some books are out of stock.", "out-of-stock",
                            R"("short":[{"item":3,"stock":1}])");
    });
    const Ran ran = at(shop.address(), {"buy", "3x2"});
    CHECK(ran.status == 1);
    CHECK(ran.err == "bookstorectl: out of stock: item 3 has 1 left\n");
    CHECK(at(shop.address(), {"buy", "3x0"}).status == 2);
    CHECK(at(shop.address(), {"buy", "3x"}).status == 2);
    CHECK(at(shop.address(), {"buy", "3", "--key=two words"}).status == 2);
    CHECK(shop.requests().size() == 1); // bad usage is not sent
}

TEST_CASE("restock and price change one thing each, with the credential", "[ctl][commands]") {
    const auto file =
        std::filesystem::temp_directory_path() / ("bookstorectl-secret-" + std::to_string(::getpid()));
    std::ofstream(file) << "s3cr3t\n";
    FakeShop shop(answers(200, rpcs));
    CHECK(at(shop.address(), {"restock", "2", "-3", "--admin-secret-file=" + file.string()}).status == 0);
    CHECK(at(shop.address(), {"price", "2", "250"}).status == 0);
    CHECK(at(shop.address(), {"price", "2", "12.05"}).status == 0);
    CHECK(at(shop.address(), {"price", "2", "12.5"}).status == 2);
    CHECK(at(shop.address(), {"price", "2", "-1"}).status == 2);
    std::filesystem::remove(file);

    const auto requests = shop.requests();
    REQUIRE(requests.size() == 3);
    CHECK(requests[0].verb == net::Verb::patch);
    CHECK(requests[0].path == "/v1/books/2");
    CHECK(requests[0].body == R"({"delta":-3})");
    CHECK(requests[0].header("Authorization") == "Bearer s3cr3t");
    CHECK(requests[1].body == R"({"cost":250})");
    CHECK_FALSE(requests[1].header("Authorization").has_value());
    CHECK(requests[2].body == R"({"cost":1205})");
}

TEST_CASE("a missing credential is named with its remedy", "[ctl][commands]") {
    FakeShop shop([](const net::Request&) { return net::problem(401, "A credential is needed."); });
    CHECK_THAT(at(shop.address(), {"restock", "2", "1"}).err, Catch::Contains("--admin-secret-file"));
}

TEST_CASE("status shows the replicas, and who disagrees", "[ctl][commands]") {
    const auto replica = [](int id, const char* state, const char* leader, const char* digest) {
        return R"({"role":"catalog","id":)" + std::to_string(id) + R"(,"address":"h:)" + std::to_string(id) +
               R"(","state":")" + state + R"(","leader":)" + leader + R"(,"version":12,"digest":")" + digest +
               R"(","last_seen":"2026-01-31T12:00:00.000Z"})";
    };
    FakeShop shop(
        answers(200, "{\"replicas\":[" + replica(0, "up", "true", "aa") + "," +
                         replica(1, "up", "false", "bb") + "," + replica(2, "down", "false", "cc") +
                         R"(],"cache":{"hits":3,"misses":1,"entries":2,"bytes":1025,"invalidations":4}})"));
    const Ran ran = at(shop.address(), {"status"});
    CHECK(ran.status == 0);
    CHECK(ran.out ==
          "The shop as " + shop.address() +
              " sees it\n"
              "ROLE     ID  ADDRESS  STATE  LEADER  VERSION  DIGEST      VERIFIED  LAST SEEN\n"
              "catalog   0  h:0      up     leader       12  aa differs            12:00:00\n"
              "catalog   1  h:1      up                  12  bb differs            12:00:00\n"
              "catalog   2  h:2      down                12  cc                    12:00:00\n"
              "cache: 75 % hits (3 of 4), 2 entries, 2 KiB, 4 invalidations, 0 evictions, 0 lease losses\n");
}

TEST_CASE("status names what is damaged on a disk and which slots have no voter", "[ctl][commands]") {
    const std::string start =
        R"({"role":"order","address":"h:1","state":"up","leader":false,"version":1,"digest":"aa",)"
        R"("last_seen":"2026-01-31T12:00:00.000Z","id":)";
    FakeShop shop(answers(
        200,
        "{\"replicas\":[" + start + R"(0,"damage":"page 7","verified":{"state":null,"log":null}},)" + start +
            R"(1,"damage":"","verified":{"state":"2026-01-31T09:10:11.000Z",)" +
            R"("log":"2026-01-30T23:59:00.000Z"}},)" + start +
            R"(2,"shortage":"the disk is full","verified":{"state":"2026-01-31T09:10:11.000Z","log":null}}],)" +
            R"("groups":[{"group":"catalog","slots":3,"degraded":false,"without_voter":[]},)" +
            R"({"group":"order","slots":3,"degraded":true,)" +
            R"("without_voter":[{"slot":2,"address":"h:3"}]}]})"));
    const Ran ran = at(shop.address(), {"status"});
    CHECK(ran.status == 0);
    CHECK(ran.out == "The shop as " + shop.address() +
                         " sees it\n"
                         "ROLE   ID  ADDRESS  STATE  LEADER  VERSION  DIGEST  VERIFIED          LAST SEEN\n"
                         "order   0  h:1      up                   1  aa      damaged           12:00:00\n"
                         "order   1  h:1      up                   1  aa      2026-01-30 23:59  12:00:00\n"
                         "order   2  h:1      up                   1  aa      not yet           12:00:00\n"
                         "order 0 is damaged on its disk: page 7\n"
                         "order 2 takes on no writes: the disk is full\n"
                         "the order group is degraded: without a vote is slot 2 (h:3)\n");
}

TEST_CASE("watching goes on through a failure", "[ctl][commands]") {
    int asked = 0;
    FakeShop shop([&asked](const net::Request&) {
        return ++asked == 2 ? net::problem(500, "a fault") : net::json_response(R"({"replicas":[]})");
    });
    const Ran ran = at(shop.address(), {"status", "--watch", "--count=3", "--interval=0.001"});
    CHECK(ran.status == 0);
    CHECK(shop.requests().size() == 3);
    CHECK_THAT(ran.out, Catch::Contains("\na fault\n"));
}

TEST_CASE("an answer that is none is a failure, not a crash", "[ctl][commands]") {
    for (const char* body : {"", "hello", "{}", "[]", R"({"id":"x"})", R"({"books":3})"}) {
        FakeShop shop(answers(200, body));
        for (const std::vector<std::string>& command : {std::vector<std::string>{"lookup", "2"},
                                                        {"search"},
                                                        {"order", "1"},
                                                        {"buy", "1"},
                                                        {"status"}}) {
            const Ran ran = at(shop.address(), command);
            INFO(command.front() << " answered " << body);
            CHECK(ran.status == 1);
            CHECK_THAT(ran.err, Catch::Contains("is that really a frontend"));
        }
    }
}

} // namespace
} // namespace bookstore::ctl
