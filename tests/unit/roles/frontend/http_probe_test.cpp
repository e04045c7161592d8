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
