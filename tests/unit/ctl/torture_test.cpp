#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>

#include <bookstore/ctl/options.hpp>
#include <bookstore/ctl/shop_client.hpp>

#include "ctl/torture/hook.hpp"
#include "ctl/torture/minority.hpp"
#include "ctl/torture/recorder.hpp"
#include "unit/ctl/fake_shop.hpp"

namespace bookstore::ctl::torture {
namespace {

using Places = std::set<Place>;

TEST_CASE("a group of three does without one, of five without two", "[ctl][torture]") {
    const Sizes sizes{3, 5, 2};
    CHECK(serves_without(Places{{"catalog", 1}}, sizes));
    CHECK_FALSE(serves_without(Places{{"catalog", 1}, {"catalog", 2}}, sizes));
    CHECK(serves_without(Places{{"order", 1}, {"order", 2}, {"catalog", 0}}, sizes));
    CHECK_FALSE(serves_without(Places{{"order", 1}, {"order", 2}, {"order", 3}}, sizes));
}

TEST_CASE("a group of two does without one as long as frontend 0, its tie-breaker, is there",
          "[ctl][torture]") {
    const Sizes sizes{2, 3, 2};
    CHECK(serves_without(Places{{"catalog", 1}, {"frontend", 1}}, sizes));
    CHECK_FALSE(serves_without(Places{{"catalog", 1}, {"frontend", 0}}, sizes));
    CHECK(serves_without(Places{{"order", 1}, {"frontend", 0}}, sizes));
    CHECK_FALSE(serves_without(Places{{"catalog", 0}, {"catalog", 1}}, sizes));
}

TEST_CASE("one frontend stays, and what is single is not touched", "[ctl][torture]") {
    CHECK_FALSE(serves_without(Places{{"frontend", 0}}, {3, 3, 1}));
    CHECK_FALSE(serves_without(Places{{"frontend", 0}, {"frontend", 1}}, {3, 3, 2}));
    CHECK_FALSE(serves_without(Places{{"catalog", 0}}, {1, 3, 2}));
}

TEST_CASE("a gap counts where a part of it lies", "[ctl][torture]") {
    Moments moments;
    for (const Instant at : {0, 10, 20, 70, 75})
        moments.add(at);
    CHECK(moments.longest_gap(0, 75) == 50);
    CHECK(moments.longest_gap(60, 61) == 50);
    CHECK(moments.longest_gap(70, 75) == 5);
    CHECK(moments.longest_gap(0, 20) == 10);
    CHECK(moments.longest_gap(0, 21) == 50);
    CHECK(moments.count(10, 70) == 3);
    CHECK(Moments().longest_gap(0, 10) == 0);
}

TEST_CASE("placeholders are filled in, and other braces are the shell's", "[ctl][torture]") {
    const Victim victim{"catalog", 2, {"db2.example", 3211}};
    CHECK(fill_in("ssh {host} kill bookstored@{role}-{id}", victim) ==
          "ssh db2.example kill bookstored@catalog-2");
    CHECK(fill_in("{name} {address} {port}", victim) == "catalog-2 db2.example:3211 3211");
    CHECK(fill_in("a ${HOME} { b; } {1..3}", victim) == "a ${HOME} { b; } {1..3}");
    CHECK_THROWS_AS(check_placeholders("kill-command", "kill {hots}"), UsageError);
}

TEST_CASE("nothing that means something to a shell comes from the shop into a command", "[ctl][torture]") {
    for (const char* host : {"a;reboot", "$(reboot)", "`x`", "a b", "-oProxyCommand=x", "a\nb", "a'b", ""}) {
        INFO(host);
        CHECK_THROWS_AS(fill_in("ssh {host}", {"order", 0, {host, 1}}), CommandFailed);
    }
    CHECK(fill_in("{host} {address}", {"order", 0, {"::1", 1}}) == "::1 [::1]:1");
}

std::string run_hook_here(const std::string& command, base::Duration time_max) {
    boost::asio::io_context loop{1};
    const auto scheduler = net::make_loop_scheduler(loop);
    std::string said = "not ended";
    boost::asio::co_spawn(loop, run_hook(command, *scheduler, time_max),
                          [&](std::exception_ptr, std::string result) { said = result; });
    loop.run();
    return said;
}

TEST_CASE("a hook ends well, or says how not, and is not waited for for ever", "[ctl][torture]") {
    CHECK(run_hook_here("true", base::seconds(60)).empty());
    CHECK(run_hook_here("exit 3", base::seconds(60)) == "ended with status 3");
    CHECK(run_hook_here("kill -9 $$", base::seconds(60)) == "was ended by signal 9");
    CHECK(run_hook_here("sleep 100 & sleep 100", base::milliseconds(50)) == "took too long, and was killed");
}

TEST_CASE("torture says what is wrong with how it was called", "[ctl][torture]") {
    const auto usage = [](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "torture");
        const Ran ran = at(nowhere, arguments);
        CHECK(ran.status == 2);
        return ran.err;
    };
    CHECK(usage({"--kill-command=true"}).find("--start-command is missing") != std::string::npos);
    CHECK(usage({"--continue-command=true"}).find("--pause-command is missing") != std::string::npos);
    CHECK(usage({"--kill-command=", "--start-command=x"}).find("--kill-command") != std::string::npos);
    CHECK(usage({"--all-at-once"}).find("--all-at-once") != std::string::npos);
    CHECK(usage({"--clients=0"}).find("--clients") != std::string::npos);
    CHECK(usage({"--history=/nonexistent/h"}).find("--history=/nonexistent/h") != std::string::npos);
}

TEST_CASE("a shop that wants a credential says how to give it", "[ctl][torture]") {
    FakeShop shop([](const net::Request&) { return net::problem(401, "The admin credential is missing."); });
    const Ran ran = at(shop.address(), {"torture", "--seconds=1"});
    CHECK(ran.status == 1);
    CHECK(ran.err.find("--admin-secret-file") != std::string::npos);
}

/// Sells what is asked for, and shows the one book that it was given as if nobody had ever bought it.
class StaleShop {
public:
    net::Response answer(const net::Request& request) {
        if (request.path == "/v1/status") return net::json_response(R"({"frontend":{"id":0},"replicas":[]})");
        if (request.verb == net::Verb::post && request.path == "/v1/books") return book(201);
        if (request.verb == net::Verb::patch) return net::problem(409, "No.");
        if (request.verb == net::Verb::post) return sell(request);
        if (request.path.starts_with("/v1/orders/"))
            return net::json_response(orders_.at(request.captures.at(0)));
        if (request.path == "/v1/books")
            return with_origin(net::json_response(R"({"books":[],"next":null})"));
        return book(200);
    }

private:
    static net::Response with_origin(net::Response response) {
        return std::move(response).with("Bookstore-Version", "1").with("Bookstore-Source", "cache");
    }
    static net::Response book(int status) {
        return with_origin(
            net::json_response(R"({"id":1,"title":"t","topic":"torture","cost":100,"stock":30})", status));
    }
    net::Response sell(const net::Request& request) {
        const std::string number = std::to_string(orders_.size() + 1);
        const bool two = request.body.find("\"quantity\":2") != std::string::npos;
        const std::string quantity = two ? "2" : "1";
        const std::string order = R"({"order":)" + number + R"(,"key":")" +
                                  std::string(request.header("Idempotency-Key").value()) +
                                  R"(","at":"","lines":[{"item":1,"title":"t","cost":100,"quantity":)" +
                                  quantity + R"(}],"total":0})";
        orders_.emplace(number, order);
        return net::json_response(order, 201);
    }

    std::map<std::string, std::string> orders_;
};

TEST_CASE("a shop that shows what is history is convicted, and the report shows how", "[ctl][torture]") {
    StaleShop stale;
    FakeShop shop([&](const net::Request& request) { return stale.answer(request); });
    const auto file =
        std::filesystem::temp_directory_path() / ("torture-" + std::to_string(getpid()) + ".svg");
    const Ran ran = at(shop.address(), {"torture", "--seconds=1", "--clients=3", "--items=1", "--seed=1",
                                        "--report=" + file.string()});
    std::stringstream svg;
    svg << std::ifstream(file).rdbuf();
    std::filesystem::remove(file);
    INFO(ran.out << ran.err);
    CHECK(ran.status == 1);
    CHECK(ran.out.find("no order of the operations explains") != std::string::npos);
    CHECK(ran.out.find("wrong answer") == std::string::npos);
    CHECK(ran.out.find("torture: violation") != std::string::npos);
    CHECK(svg.str().find("class=\"misfit\"") != std::string::npos);
}

} // namespace
} // namespace bookstore::ctl::torture
