#include <catch2/catch.hpp>

#include <bookstore/net/problem.hpp>

using namespace bookstore;
using base::Errc;
using net::problem;
using net::problem_from;

TEST_CASE("a problem has the members of RFC 9457", "[net][problem]") {
    const auto response = problem(404, "There is no book 9.");
    CHECK(response.status == 404);
    CHECK(response.content_type == "application/problem+json");
    CHECK(response.body == "{\"type\": \"about:blank\", \"title\": \"Not Found\", \"status\": 404, "
                           "\"detail\": \"There is no book 9.\"}\n");
}

TEST_CASE("a problem may have a type and members of its own", "[net][problem]") {
    const auto response = problem(409, "Sold.", "out-of-stock", R"("short": [{"item": 1, "stock": 0}])");
    CHECK(response.body ==
          "{\"type\": \"urn:bookstored:out-of-stock\", \"title\": \"Conflict\", \"status\": 409, "
          "\"detail\": \"Sold.\", \"short\": [{\"item\": 1, \"stock\": 0}]}\n");
}

TEST_CASE("a detail may quote whatever a client sent", "[net][problem]") {
    const auto quoted = [](std::string_view detail) {
        const auto body = problem(400, detail).body;
        const auto at = body.find("\"detail\": ") + 10;
        return body.substr(at, body.size() - at - 2);
    };
    CHECK(quoted("say \"hi\" \\ \n\x01") == R"("say \"hi\" \\ \u000a\u0001")");
    CHECK(quoted("Bücher €") == "\"Bücher €\"");
    CHECK(quoted("\xF0\x9F\x93\x9A") == "\"\xF0\x9F\x93\x9A\"");
    const std::string unknown = "\xEF\xBF\xBD";
    CHECK(quoted("\xFF") == '"' + unknown + '"');
    CHECK(quoted("a\xC3") == "\"a" + unknown + '"');
    CHECK(quoted("\xC0\xAF") == '"' + unknown + unknown + '"');               // overlong
    CHECK(quoted("\xED\xA0\x80") == '"' + unknown + unknown + unknown + '"'); // a surrogate
    CHECK(quoted("\xF4\x90\x80\x80").find('\xF4') == std::string::npos);      // beyond Unicode
}

TEST_CASE("each failure has its status", "[net][problem]") {
    CHECK(problem_from(Errc::invalid_argument).status == 400);
    CHECK(problem_from(Errc::unauthorized).status == 401);
    CHECK(problem_from(Errc::not_found).status == 404);
    CHECK(problem_from(Errc::too_large).status == 413);
    CHECK(problem_from(Errc::corrupt).status == 500);
    CHECK(problem_from(Errc::protocol_error).status == 500);
    CHECK(problem_from(boost::system::errc::make_error_code(boost::system::errc::io_error)).status == 500);
}

TEST_CASE("what passes, and what nobody knows the outcome of, may be tried again", "[net][problem]") {
    const auto failure =
        GENERATE(Errc::overloaded, Errc::not_leader, Errc::not_ready, Errc::timed_out, Errc::connection_lost,
                 Errc::outcome_unknown, Errc::unreachable, Errc::storage_failed, Errc::stopping);
    const auto response = problem_from(failure);
    CHECK(response.status == 503);
    CHECK(response.header("retry-after") == "1");
}

TEST_CASE("a failure's detail is the one given, or what the failure says", "[net][problem]") {
    CHECK(problem_from(Errc::not_found, "No order 3.").body.find("No order 3.") != std::string::npos);
    const boost::system::error_code failure = Errc::not_found;
    CHECK(problem_from(failure).body.find(failure.message()) != std::string::npos);
}
