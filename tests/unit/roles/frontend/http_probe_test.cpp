#include <catch2/catch.hpp>

#include <bookstore/roles/frontend/http_probe.hpp>

using namespace bookstore;

TEST_CASE("a heartbeat is understood", "[frontend][probe]") {
    const auto report = roles::parse_heartbeat(
        R"({"status":"up","role":"catalog","id":0,"ready":true,"leader":false,"version":12,"digest":"ffffffffffffffff"})");
    REQUIRE(report.has_value());
    CHECK(report->ready);
    CHECK_FALSE(report->leader);
    CHECK(report->version == 12);
    CHECK(report->digest == 0xffff'ffff'ffff'ffff);
}

TEST_CASE("a heartbeat tells the condition of its replica, as far as it is understood", "[frontend][probe]") {
    const std::string start = R"({"ready":true,"leader":true,"version":1,"digest":"0")";
    const auto report = roles::parse_heartbeat(
        start +
        R"(,"verified":{"state":"2026-01-31T12:00:00.000Z","log":null},"shortage":"full","damage":"page 7","without_voter":[0,2]})");
    REQUIRE(report.has_value());
    CHECK(report->condition.state_verified == "2026-01-31T12:00:00.000Z");
    CHECK(report->condition.log_verified.empty());
    CHECK(report->condition.shortage == "full");
    CHECK(report->condition.damage == "page 7");
    CHECK(report->condition.without_voter == std::vector<unsigned>{0, 2});
    for (const char* more : {"}", R"(,"verified":3,"damage":[],"without_voter":["x",-1]})"}) {
        const auto plain = roles::parse_heartbeat(start + more);
        REQUIRE(plain.has_value());
        CHECK(plain->condition.damage.empty());
        CHECK(plain->condition.without_voter.empty());
    }
}

TEST_CASE("what is no heartbeat is refused", "[frontend][probe]") {
    for (const std::string body :
         {"", "x", "[]", "{}", R"({"ready":true,"leader":true,"version":1})",
          R"({"ready":1,"leader":true,"version":1,"digest":"0"})",
          R"({"ready":true,"leader":true,"version":-1,"digest":"0"})",
          R"({"ready":true,"leader":true,"version":1,"digest":"xyz"})",
          R"({"ready":true,"leader":true,"version":1,"digest":""})",
          R"({"ready":true,"leader":true,"version":1,"digest":"00000000000000000001g"})"}) {
        INFO(body);
        const auto report = roles::parse_heartbeat(body);
        REQUIRE(report.has_error());
        CHECK(report.error() == base::Errc::protocol_error);
    }
}
