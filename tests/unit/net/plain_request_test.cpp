#include "net/plain_request.hpp"

#include <catch2/catch.hpp>

#include <bookstore/base/random.hpp>

#include "net/http_parser.hpp"

using namespace bookstore;

namespace {

constexpr net::ParserLimits limits{8'192, 65'536};

auto find_plain(std::string_view bytes) {
    return net::find_plain_request(bytes, limits.body_bytes_max);
}

using Parts = std::tuple<net::Verb, std::string, std::optional<std::string>, std::optional<std::string>,
                         std::string, std::size_t>;

std::optional<std::string> owned(std::optional<std::string_view> text) {
    return text ? std::optional(std::string(*text)) : std::nullopt;
}

Parts parts_of(const net::PlainRequest& plain) {
    return {plain.verb,
            std::string(plain.target),
            owned(plain.content_type),
            owned(plain.idempotency_key),
            std::string(plain.body),
            plain.bytes};
}

/// What the parser makes of the same bytes; nothing if it refuses them, waits for more, or finds anything
/// that a plain request must not have.
std::optional<Parts> parsed(std::string_view bytes) {
    net::RequestParser parser(limits);
    const auto all = bytes.size();
    if (parser.feed(bytes) != net::ParseState::done) return std::nullopt;
    if (!parser.keep_alive() || parser.is_http_1_0() || parser.expects_continue()) return std::nullopt;
    const auto request = parser.take();
    if (request.verb == net::Verb::get && !request.body.empty()) return std::nullopt;
    return Parts{request.verb,
                 request.target,
                 owned(request.header("Content-Type")),
                 owned(request.header("Idempotency-Key")),
                 request.body,
                 all - bytes.size()};
}

} // namespace

TEST_CASE("a GET with what browsers and tools send along is plain", "[net][plain]") {
    const std::string request = GENERATE(
        as<std::string>(), "GET /lookup?item=1 HTTP/1.1\r\nHost: shop\r\n\r\n",
        "GET / HTTP/1.1\r\nhost:\r\n\r\n", "GET /a?b=c&d=+e~!*'() HTTP/1.1\r\nHOST: \t[::1]:3213 \r\n\r\n",
        "GET /v1/books/7 HTTP/1.1\r\nHost: shop\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n",
        "GET /v1/books/7 HTTP/1.1\r\nAccept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\nHost: "
        "a\r\n\r\n",
        "GET /v1/books/7 HTTP/1.1\r\nHost: shop\r\ncookie: a=b; c=\"d\"\r\nSEC-FETCH-MODE: cors\r\n\r\n");
    const std::string two = request + "GET /next";
    const auto plain = find_plain(two);
    REQUIRE(plain);
    CHECK(plain->bytes == request.size());
    CHECK(plain->target == request.substr(4, request.find(" HTTP") - 4));
    CHECK(find_plain(request)->bytes == request.size());
    for (std::size_t bytes = 0; bytes < request.size(); ++bytes)
        CHECK_FALSE(find_plain(request.substr(0, bytes)));
}

TEST_CASE("what changes how a request is answered, is wrong or unheard of is left to the parser",
          "[net][plain]") {
    const std::string start =
        GENERATE(as<std::string>(), "HEAD / HTTP/1.1", "get / HTTP/1.1", "GET  / HTTP/1.1", "GET / HTTP/1.0",
                 "GET / HTTP/1.1 ", "GET /a b HTTP/1.1", "GET a HTTP/1.1", "GET * HTTP/1.1",
                 "GET http://a/ HTTP/1.1", "GET /%41 HTTP/1.1", "GET /#a HTTP/1.1", "GET /\x7f HTTP/1.1",
                 "GET /\xc3\xa4 HTTP/1.1", "GET /\tHTTP/1.1");
    CHECK_FALSE(find_plain(start + "\r\nHost: shop\r\n\r\n"));
    CHECK_FALSE(find_plain("\r\n" + start + "\r\nHost: shop\r\n\r\n"));
    CHECK(find_plain("GET / HTTP/1.1\r\nHost: shop\r\n\r\n"));
}

TEST_CASE("a head that is not plain is left to the parser", "[net][plain]") {
    const std::string fields = GENERATE(
        as<std::string>(), "", "Host: a\r\nHost: a\r\n", "Host : a\r\n", " Host: a\r\n", "Host: a\r\n b\r\n",
        "Host: a\n", "Host: a\rb\r\n", "Host\r\n", "Host: \x01\r\n", "Host: \x7f\r\n", "Host: \xe4\r\n",
        "Host: a\r\nConnection: close\r\n", "Host: a\r\nContent-Type: x\r\n",
        "Host: a\r\nConnection: keep-alive, upgrade\r\n", "Host: a\r\nProxy-Connection: close\r\n",
        "Host: a\r\nContent-Length: 0\r\n", "Host: a\r\nTransfer-Encoding: chunked\r\n",
        "Host: a\r\nUpgrade: x\r\n", "Host: a\r\nExpect: 100-continue\r\n",
        "Host: a\r\nAuthorization: Bearer x\r\n", "Host: a\r\nIdempotency-Key: x\r\n",
        "Host: a\r\nSomething-Else: x\r\n", "Host: a\r\n: x\r\n");
    CHECK_FALSE(find_plain("GET / HTTP/1.1\r\n" + fields + "\r\n"));
}

/// Found by the fuzzer: the parser counted a space behind each colon, so it refused heads that were no longer
/// than is allowed.
TEST_CASE("a head of the greatest length is plain, and the parser takes it too", "[net][plain]") {
    std::string head = "GET / HTTP/1.1\r\nHost:shop\r\n";
    const std::string field = "Cookie:x\r\n";
    while (head.size() + field.size() + 2 <= limits.header_bytes_max)
        head += field;
    head += "\r\n";
    REQUIRE(find_plain(head));
    CHECK(parsed(head) == parts_of(*find_plain(head)));
}

TEST_CASE("a POST that says how long its body is, with a key and a type, is plain", "[net][plain]") {
    const std::string head = GENERATE(
        as<std::string>(), "POST /buy?item=1 HTTP/1.1\r\nHost: shop\r\nContent-Length: 0\r\n\r\n",
        "POST /v1/orders HTTP/1.1\r\ncontent-length: 7\r\nHost: a\r\n\r\n{\"a\":1}",
        "POST / HTTP/1.1\r\nHost:\r\nIdempotency-Key:\t k 1 \r\nContent-Type: \r\nContent-Length:3 "
        "\r\n\r\n\r\n\r",
        "POST / HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nUser-Agent: x\r\nContent-Type: application/json; "
        "charset=utf-8\r\nIDEMPOTENCY-KEY: mine\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}");
    const std::string two = head + "POST /next";
    const auto plain = find_plain(two);
    REQUIRE(plain);
    CHECK(plain->bytes == head.size());
    CHECK(parsed(head) == parts_of(*plain));
    for (std::size_t bytes = 0; bytes < head.size(); ++bytes)
        CHECK_FALSE(find_plain(head.substr(0, bytes)));
}

TEST_CASE("a POST whose body may end elsewhere, or is asked for otherwise, is left to the parser",
          "[net][plain]") {
    const std::string fields = GENERATE(
        as<std::string>(), "", "Content-Length: 2\r\nContent-Length: 2\r\n", "Content-Length: 2, 2\r\n",
        "Content-Length: +2\r\n", "Content-Length: -2\r\n", "Content-Length: 2x\r\n", "Content-Length:\r\n",
        "Content-Length: 0x2\r\n", "Content-Length: 2 2\r\n", "Content-Length: 0000000002\r\n",
        "Content-Length: 18446744073709551618\r\n", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 2\r\nExpect: 100-continue\r\n", "Content-Length: 2\r\nAuthorization: Bearer x\r\n",
        "Content-Length: 2\r\nBookstore-Timing: 1\r\n", "Content-Length: 2\r\nContent-Encoding: gzip\r\n",
        "Content-Length: 2\r\nIdempotency-Key: a\r\nIdempotency-Key: a\r\n",
        "Content-Length: 2\r\nContent-Type: a\r\nContent-Type: b\r\n");
    CHECK_FALSE(find_plain("POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n{}{}"));
    CHECK(find_plain("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"));
}

TEST_CASE("a POST with a longer body than is allowed is left to the parser", "[net][plain]") {
    const auto with_body = [](std::size_t bytes) {
        return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" +
               std::string(bytes, 'x');
    };
    CHECK(find_plain(with_body(limits.body_bytes_max)));
    CHECK_FALSE(find_plain(with_body(limits.body_bytes_max + 1)));
}

TEST_CASE("what is plain the parser finds as well, with the same parts", "[net][plain][property]") {
    const auto seed = GENERATE(range<std::uint64_t>(1, 21));
    CAPTURE(seed);
    base::Random dice(seed);
    const std::vector<std::string> pieces{"GET ",
                                          "POST ",
                                          "/lookup?item=1",
                                          " HTTP/1.1",
                                          "\r\n",
                                          "Host: shop",
                                          "\r\n\r\n",
                                          "/",
                                          "Accept: */*",
                                          "Cookie:",
                                          "Connection:",
                                          "keep-alive",
                                          " ",
                                          "\t",
                                          "\r",
                                          "\n",
                                          ":",
                                          "%41",
                                          "%",
                                          "#",
                                          "close",
                                          "HTTP/1.0",
                                          "Content-Length: 1",
                                          "Content-Length:",
                                          "0",
                                          "3",
                                          "Content-Type: a",
                                          "Idempotency-Key: k",
                                          "\x80",
                                          "a"};
    const bool post = GENERATE(false, true);
    const std::vector<std::string> frame =
        post ? std::vector<std::string>{"POST ",
                                        "/",
                                        " HTTP/1.1",
                                        "\r\n",
                                        "Host: shop",
                                        "\r\n",
                                        "Content-Length: ",
                                        "2",
                                        "\r\n",
                                        "\r\n",
                                        "ab"}
             : std::vector<std::string>{"GET ", "/", " HTTP/1.1", "\r\n", "Host: shop", "\r\n", "\r\n"};
    int plain_ones = 0;
    for (int n = 0; n < 20'000; ++n) {
        std::string bytes;
        for (const auto& piece : frame) {
            if (dice.below(8) != 0) bytes += piece;
            if (dice.below(6) == 0) bytes += pieces[dice.below(pieces.size())];
        }
        const auto plain = find_plain(bytes);
        if (!plain) continue;
        ++plain_ones;
        CAPTURE(bytes);
        REQUIRE(parsed(bytes) == parts_of(*plain));
    }
    CHECK(plain_ones > 500);
}
