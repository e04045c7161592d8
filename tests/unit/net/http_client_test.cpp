#include <bookstore/net/http_client.hpp>

#include "unit/net/server_fixture.hpp"

using namespace bookstore;
using namespace bookstore::net::test;
using base::Errc;
using base::milliseconds;
using boost::asio::awaitable;
using boost::asio::ip::tcp;
using net::HttpRequest;
using net::Verb;

namespace {

/// Made by a function: GCC 12 destroys an aggregate twice that is made in the operand of co_await.
HttpRequest request(Verb verb, std::string target, std::string body = "") {
    HttpRequest made;
    made.verb = verb;
    made.target = std::move(target);
    made.body = std::move(body);
    return made;
}

class ClientFixture : public ServerFixture {
public:
    explicit ClientFixture(net::HttpLimits server_limits = {}, net::HttpClientLimits limits = {})
        : ServerFixture(server_limits), client(loop, *scheduler, limits) {}

    awaitable<base::result<net::Response>> get(std::string target) {
        return send(request(Verb::get, std::move(target)));
    }
    awaitable<base::result<net::Response>> send(HttpRequest request,
                                                base::Duration within = base::seconds(15)) {
        return client.send(where, std::move(request), in(within));
    }

    net::HttpClient client;
};

/// A server that does what a test scripts: each connection it accepts is given to the next step.
class Script {
public:
    using Step = std::function<awaitable<void>(tcp::socket&)>;

    Script(LoopFixture& world, std::vector<Step> steps)
        : acceptor_(world.loop, {boost::asio::ip::address_v4::loopback(), 0}), steps_(std::move(steps)) {
        net::spawn(world.loop.get_executor(), "script", [this] { return play(); });
    }

    net::Endpoint where() const { return {"127.0.0.1", acceptor_.local_endpoint().port()}; }
    std::size_t played() const { return played_; }

    static awaitable<std::string> hear(tcp::socket& socket) {
        std::string head;
        co_await boost::asio::async_read_until(socket, boost::asio::dynamic_buffer(head), "\r\n\r\n",
                                               boost::asio::use_awaitable);
        co_return head;
    }
    static awaitable<void> say(tcp::socket& socket, std::string text) {
        co_await boost::asio::async_write(socket, boost::asio::buffer(text), boost::asio::use_awaitable);
    }

private:
    awaitable<void> play() {
        for (const auto& step : steps_) {
            auto socket = co_await acceptor_.async_accept(boost::asio::use_awaitable);
            co_await step(socket);
            ++played_;
        }
    }

    tcp::acceptor acceptor_;
    std::vector<Step> steps_;
    std::size_t played_ = 0;
};

/// A step that answers one request with `text` and closes.
Script::Step saying(std::string text) {
    return [text](tcp::socket& socket) -> awaitable<void> {
        co_await Script::hear(socket);
        co_await Script::say(socket, text);
    };
}

} // namespace

TEST_CASE("a request is sent and its answer read", "[net][client]") {
    ClientFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        const auto hello = co_await shop.get("/hello");
        CHECK(hello->status == 200);
        CHECK(hello->body == "hello");
        CHECK(hello->content_type == "text/plain; charset=utf-8");
        CHECK(hello->header("x-shop") == "open");
        const auto item = co_await shop.get("/items/7?q=" + net::percent_encode("a b&c"));
        CHECK(item->body == "7|a b&c");
        const std::string body(60'000, 'b');
        const auto echoed = co_await shop.send(request(Verb::post, "/echo", body));
        CHECK(echoed->body == body);
        const auto empty = co_await shop.send(request(Verb::post, "/echo"));
        CHECK(empty->status == 200);
        const auto head = co_await shop.send(request(Verb::head, "/hello"));
        CHECK(head->status == 200);
        CHECK(head->body.empty());
        const auto missing = co_await shop.get("/nowhere");
        CHECK(missing->status == 404);
        const auto large = co_await shop.get("/large");
        CHECK(large->body.size() == shop.large_bytes);
        CHECK(shop.server.connections() == 1); // all on one connection
    };
    shop.run(scenario);
}

TEST_CASE("requests at the same time have a connection each, which are kept", "[net][client]") {
    ClientFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        int answered = 0;
        const auto ask = [&]() -> awaitable<void> {
            const auto answer = co_await shop.get("/wait");
            answered += answer->status == 200 ? 1 : 0;
        };
        for (int n = 0; n < 2; ++n)
            net::spawn(shop.loop.get_executor(), "request", ask);
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.waiting == 2; }));
        shop.release.open();
        CHECK_AWAITED(co_await shop.eventually([&] { return answered == 2; }));
        CHECK(shop.server.connections() == 2);
    };
    shop.run(scenario);
}

TEST_CASE("a connection that its server closed while it was kept is not used", "[net][client]") {
    net::HttpLimits limits;
    limits.idle_time = milliseconds(500); // far longer than a request takes to come
    ClientFixture shop(limits);
    const auto scenario = [&]() -> awaitable<void> {
        const auto first = co_await shop.get("/hello");
        CHECK(first->status == 200);
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.server.connections() == 0; }));
        const auto second =
            co_await shop.send(request(Verb::post, "/echo", "again")); // not repeatable: must not fail
        CHECK(second->body == "again");
    };
    shop.run(scenario);
}

TEST_CASE("a GET that meets a closing connection is sent again, a POST is not", "[net][client]") {
    LoopFixture world;
    const auto verb = GENERATE(Verb::get, Verb::post);
    const std::string kept_answer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1";
    const auto closing = [&](tcp::socket& socket) -> awaitable<void> {
        co_await Script::hear(socket);
        co_await Script::say(socket, kept_answer);
        co_await Script::hear(socket); // the second request: taken, and never answered
    };
    Script script(world, {closing, saying("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2")});
    net::HttpClient client(world.loop, *world.scheduler);
    const auto scenario = [&]() -> awaitable<void> {
        const auto deadline = world.in(base::seconds(15));
        const auto first = co_await client.send(script.where(), request(verb, "/"), deadline);
        CHECK(first->body == "1");
        const auto second = co_await client.send(script.where(), request(verb, "/"), deadline);
        if (verb == Verb::get) {
            CHECK(second->body == "2");
        } else {
            CHECK(second.error() == Errc::connection_lost);
        }
    };
    world.run(scenario);
}

TEST_CASE("a request nobody answers ends at its deadline", "[net][client]") {
    ClientFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        const auto warm = co_await shop.get("/hello"); // the connection is made
        CHECK(warm->status == 200);
        const auto began = shop.scheduler->now();
        const auto answer = co_await shop.send(request(Verb::get, "/wait"), milliseconds(200));
        CHECK(answer.error() == Errc::timed_out);
        CHECK(shop.scheduler->now() - began >= milliseconds(200));
        CHECK(shop.waiting == 1); // and it is not sent again
        shop.release.open();
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.server.connections() == 0; }));
    };
    shop.run(scenario);
}

TEST_CASE("nobody there is said at once", "[net][client]") {
    LoopFixture world;
    tcp::acceptor taken(world.loop, {boost::asio::ip::address_v4::loopback(), 0});
    const net::Endpoint where{"127.0.0.1", taken.local_endpoint().port()};
    taken.close();
    net::HttpClient client(world.loop, *world.scheduler);
    const auto scenario = [&]() -> awaitable<void> {
        const auto refused = co_await client.send(where, HttpRequest(), world.in(base::seconds(15)));
        CHECK(refused.error() == Errc::unreachable);
        const net::Endpoint nowhere{"no-such-host.invalid", 1};
        const auto unknown = co_await client.send(nowhere, HttpRequest(), world.in(base::seconds(15)));
        CHECK(unknown.error() == Errc::unreachable);
        const auto late =
            co_await client.send(where, HttpRequest(), world.scheduler->now() - milliseconds(1));
        CHECK(late.error() == Errc::unreachable);
    };
    world.run(scenario);
}

TEST_CASE("a host's name is looked up", "[net][client]") {
    ClientFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        const net::Endpoint named{"localhost", shop.where.port};
        const auto answer =
            co_await shop.client.send(named, request(Verb::get, "/hello"), shop.in(base::seconds(15)));
        CHECK(answer->body == "hello");
    };
    shop.run(scenario);
}

TEST_CASE("an answer that is too long, broken off or no answer is an error", "[net][client]") {
    struct Case {
        std::string said;
        Errc failure;
    };
    const auto the = GENERATE(values<Case>({
        {"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", Errc::too_large},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", Errc::too_large},
        {"HTTP/1.1 200 OK\r\n\r\n" + std::string(1'001, 'b'), Errc::too_large},
        {"HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'h'), Errc::too_large},
        {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", Errc::connection_lost},
        {"HTTP/1.1 200 OK\r\nContent-Le", Errc::connection_lost},
        {"", Errc::connection_lost},
        {"SSH-2.0-OpenSSH_9.2\r\n\r\n", Errc::protocol_error},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", Errc::protocol_error},
    }));
    CAPTURE(the.said.substr(0, 80));
    LoopFixture world;
    Script script(world, {saying(the.said)});
    net::HttpClientLimits limits;
    limits.body_bytes_max = 1'000;
    net::HttpClient client(world.loop, *world.scheduler, limits);
    const auto scenario = [&]() -> awaitable<void> {
        const auto answer = co_await client.send(script.where(), HttpRequest(), world.in(base::seconds(15)));
        REQUIRE(answer.has_error());
        CHECK(answer.error() == the.failure);
    };
    world.run(scenario);
}

TEST_CASE("an answer may end with its connection, and may have others before it", "[net][client]") {
    const std::string said = GENERATE(
        as<std::string>(), "HTTP/1.1 200 OK\r\n\r\nbody", "HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nbody",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n");
    LoopFixture world;
    Script script(world, {saying(said)});
    net::HttpClient client(world.loop, *world.scheduler);
    const auto scenario = [&]() -> awaitable<void> {
        const auto answer = co_await client.send(script.where(), HttpRequest(), world.in(base::seconds(15)));
        REQUIRE(answer.has_value());
        CHECK(answer->status == 200);
        CHECK(answer->body == "body");
    };
    world.run(scenario);
}

TEST_CASE("no more connections are kept than allowed, and none for too long", "[net][client]") {
    net::HttpClientLimits limits;
    limits.idle_connections_max = 1;
    limits.idle_time = milliseconds(20);
    ClientFixture shop({}, limits);
    const auto other = shop.server.listen({"::1", 0});
    const auto scenario = [&]() -> awaitable<void> {
        const auto here = co_await shop.get("/hello");
        CHECK(here->status == 200);
        const auto there =
            co_await shop.client.send(other, request(Verb::get, "/hello"), shop.in(base::seconds(15)));
        CHECK(there->status == 200);
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.server.connections() <= 1; }));
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.server.connections() == 0; }));
    };
    shop.run(scenario);
}
