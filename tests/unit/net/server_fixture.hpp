#pragma once
/// \file
/// A server on a free loopback port with a few handlers to talk to.
#include <bookstore/net/http_server.hpp>
#include <bookstore/net/loop.hpp>
#include <bookstore/net/prepared_head.hpp>

#include "unit/net/loop_fixture.hpp"
#include "unit/net/raw_client.hpp"

namespace bookstore::net::test {

inline const std::string get_hello = "GET /hello HTTP/1.1\r\nHost: shop\r\n\r\n";
inline const std::string post_head = "POST /echo HTTP/1.1\r\nHost: shop\r\n";
inline const std::string post_echo = post_head + "Content-Length: 4\r\n\r\nbody";
inline const std::string post_wait = "POST /wait HTTP/1.1\r\nHost: shop\r\nContent-Length: 0\r\n\r\n";

/// What two servers say alike, whenever they were asked.
inline std::string without_date(std::string answer) {
    const auto date = answer.find("Date: ");
    return answer.erase(date, answer.find("\r\n", date) - date);
}

class ServerFixture : public LoopFixture {
public:
    /// Whether a plain GET /hello is answered at once, and plain POSTs are taken on, or the router answers
    /// these as it does all else.
    enum class Plain { at_once, routed };

    /// A test that does not say which runs with both.
    explicit ServerFixture(HttpLimits limits = {}) : ServerFixture(limits, either()) {}
    ServerFixture(HttpLimits limits, Plain plain)
        : router(routes(), {"secret", "admin"}), server(loop, *scheduler, router, limits, metrics) {
        if (plain == Plain::at_once) {
            server.answer_at_once(hello_at_once());
            server.take_posts(posts());
        }
        where = server.listen({"127.0.0.1", 0});
    }

    RawClient connect() { return RawClient(loop, where); }

    double rejected(const std::string& why) const {
        return metric("bookstored_http_rejected_total{reason=\"" + why + "\"}");
    }

    Gate release;    ///< lets /wait answer
    int waiting = 0; ///< requests in /wait
    int at_once = 0; ///< answers to plain requests
    int taken = 0;   ///< plain POSTs
    std::size_t large_bytes = 16u << 20;
    std::string greeting = "hello";
    Router router;
    HttpServer server;
    Endpoint where;

private:
    static Plain either() { return GENERATE(Plain::routed, Plain::at_once); }

    Response hello() const { return text_response(greeting).with("X-Shop", "open"); }

    QuickAnswer hello_at_once() {
        return [this](std::string_view target, base::TimePoint, std::string_view date, std::string& out) {
            if (target != "/hello") return 0;
            ++at_once;
            append_prepared_head(out, prepare_head(hello()), date);
            out += greeting;
            return 200;
        };
    }

    /// POST /echo is answered at once, POST /wait later, and all else is for the router.
    PostHandler posts() {
        return [this](const PlainPost& post, Reply& reply) {
            if (post.target != "/echo" && post.target != "/wait") return false;
            ++taken;
            if (post.target == "/wait") {
                const auto kept = std::make_shared<Reply>(std::move(reply));
                spawn(loop.get_executor(), "later", [this, kept] { return answer_later(kept); });
            } else {
                std::move(reply).give(text_response(std::string(post.body)));
            }
            return true;
        };
    }
    boost::asio::awaitable<void> answer_later(std::shared_ptr<Reply> reply) {
        ++waiting;
        co_await release.wait();
        std::move(*reply).give(text_response("waited"));
    }

    /// GET /hello, POST /echo, GET and POST /wait (until `release`), GET /large, GET /work (keeps the loop
    /// busy for 5 ms), GET /throw, GET /items/{id}, GET /health
    std::vector<Route> routes() {
        const auto greet = [this](Request) -> boost::asio::awaitable<Response> { co_return hello(); };
        const auto echo = [](Request request) -> boost::asio::awaitable<Response> {
            co_return text_response(std::move(request.body));
        };
        const auto wait = [this](Request) -> boost::asio::awaitable<Response> {
            ++waiting;
            co_await release.wait();
            co_return text_response("waited");
        };
        const auto large = [this](Request) -> boost::asio::awaitable<Response> {
            co_return text_response(std::string(large_bytes, 'x'));
        };
        const auto work = [this](Request) -> boost::asio::awaitable<Response> {
            for (const auto end = in(base::milliseconds(5)); scheduler->now() < end;) {
            }
            co_return text_response("worked");
        };
        const auto fault = [](Request) -> boost::asio::awaitable<Response> {
            throw std::runtime_error("a fault in a handler");
            co_return Response{};
        };
        const auto item = [](Request request) -> boost::asio::awaitable<Response> {
            co_return text_response(request.captures.at(0) + '|' +
                                    std::string(request.parameter("q").value_or("")));
        };
        return {{Verb::get, "/hello", greet},
                {Verb::post, "/echo", echo},
                {Verb::get, "/wait", wait},
                {Verb::post, "/wait", wait},
                {Verb::get, "/large", large},
                {Verb::get, "/work", work},
                {Verb::get, "/throw", fault},
                {Verb::get, "/items/{id}", item},
                {Verb::get, "/health", greet, Access::open, true, true}};
    }
};

} // namespace bookstore::net::test
