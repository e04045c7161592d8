#include <catch2/catch.hpp>

#include "net/http_wire.hpp"

using namespace bookstore;
using namespace bookstore::net;

TEST_CASE("dates are written as HTTP writes them", "[net][wire]") {
    CHECK(to_http_date(base::WallTime{784'111'777'000}) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(to_http_date(base::WallTime{0}) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(to_http_date(base::WallTime{1'709'210'096'999}) == "Thu, 29 Feb 2024 12:34:56 GMT");
}

TEST_CASE("a date is made anew when its second has passed", "[net][wire]") {
    DateCache cache;
    CHECK(cache.at(base::WallTime{0}) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(cache.at(base::WallTime{999}) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(cache.at(base::WallTime{1'000}) == "Thu, 01 Jan 1970 00:00:01 GMT");
    CHECK(cache.at(base::WallTime{0}) == "Thu, 01 Jan 1970 00:00:00 GMT"); // clocks may be set back
}

TEST_CASE("a header's value cannot end its line", "[net][wire]") {
    std::string out;
    append_header(out, "Location", "/v1\r\nSet-Cookie: stolen\x7f");
    CHECK(out == "Location: /v1  Set-Cookie: stolen \r\n");
}

TEST_CASE("a head says what HTTP wants said", "[net][wire]") {
    std::string out;
    append_response_head(out, text_response("12345"), Connection::close, "now");
    CHECK(out ==
          "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n"
          "Connection: close\r\n\r\n");
    out.clear();
    append_response_head(out, Response{204, "", {{"Allow", "GET"}}, ""}, Connection::persistent, "now");
    CHECK(out == "HTTP/1.1 204 No Content\r\nDate: now\r\nAllow: GET\r\n\r\n");
    CHECK(reason_phrase(299) == "Unknown");
}
