#pragma once
/// \file
/// One real frontend node in a shop of three catalog and two order replicas that the test plays.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <bookstore/net/loop.hpp>
#include <bookstore/net/router.hpp>
#include <bookstore/roles/frontend/frontend_node.hpp>
#include <bookstore/shop/tags.hpp>

#include "support/answered_at_once.hpp"
#include "support/taken_post.hpp"
#include "unit/roles/frontend/fake_transport.hpp"
#include "unit/roles/frontend/manual_scheduler.hpp"

namespace bookstore::roles::frontend::test {

using base::Errc;
using base::milliseconds;
using base::seconds;
using cluster::Role;
using net::Verb;

inline cluster::Config shop_config() {
    cluster::Config config;
    config.role = Role::frontend;
    const auto at = [](std::uint16_t port) { return net::Endpoint{"127.0.0.1", port}; };
    config.replicas[static_cast<std::size_t>(Role::catalog)] = {at(1), at(2), at(3)};
    config.replicas[static_cast<std::size_t>(Role::order)] = {at(11), at(12)};
    config.replicas[static_cast<std::size_t>(Role::frontend)] = {at(21)};
    config.secret = "cluster";
    config.admin_secret = "admin";
    return config;
}

/// An answer that comes later.
using Pending = std::shared_ptr<std::optional<net::Response>>;

struct Shop {
    explicit Shop(cluster::Config with = shop_config(), std::uint64_t seed = 42)
        : random(seed), config(std::move(with)) {
        for (const auto role : {Role::catalog, Role::order, Role::frontend})
            for (const auto& endpoint : config.of(role))
                reports[endpoint] = cluster::Report{true, false, 7, 0xabc};
        transport.answerers[method::lease] = [this](const Call& call) { return lease(call); };
        transport.answerers[method::query] = [this](const Call& call) { return query(call); };
        const auto probe = [this](net::Endpoint to, base::TimePoint) { return heartbeat(to); };
        node.emplace(World{config, loop.get_executor(), scheduler, random, metrics, transport}, probe);
        router.emplace(node->routes(), net::Credentials{config.secret, config.admin_secret});
    }

    /// Lets everything that is under way come to its end: a coroutine that waits for ever is a leak.
    ~Shop() {
        transport.close();
        net::spawn(loop.get_executor(), "stop", [this] { return node->stop(scheduler.now()); });
        scheduler.advance(seconds(10));
    }
    Shop(const Shop&) = delete;
    Shop& operator=(const Shop&) = delete;

    /// Started, every replica up, registered.
    static std::unique_ptr<Shop> open() {
        auto shop = std::make_unique<Shop>();
        shop->node->start();
        shop->scheduler.settle();
        return shop;
    }

    // The frontend, from outside.
    Pending begin(Verb verb, std::string target, std::string payload = {}, net::Headers headers = {}) {
        auto answer = std::make_shared<std::optional<net::Response>>();
        net::Request request = parse(verb, std::move(target));
        request.body = std::move(payload);
        request.headers = std::move(headers);
        request.deadline = scheduler.now() + seconds(3);
        net::spawn(loop.get_executor(), "request",
                   [this, answer, request = std::move(request)] { return serve(answer, request); });
        scheduler.settle();
        return answer;
    }
    net::Response finish(const Pending& pending) {
        if (!scheduler.until([&] { return pending->has_value(); })) throw std::runtime_error("no answer");
        return **pending;
    }
    net::Response send(Verb verb, std::string target, std::string payload = {}, net::Headers headers = {}) {
        return finish(begin(verb, std::move(target), std::move(payload), std::move(headers)));
    }
    net::Response get(std::string target) { return send(Verb::get, std::move(target)); }

    /// Leaves every query open; the test answers them.
    void hold_queries() {
        transport.answerers[method::query] = [](const Call&) {
            return std::optional<base::result<std::string>>();
        };
    }
    void answer(const Call& held, std::uint64_t read_at, std::string with) {
        held.answer.set(encode(QueryAnswer{200, std::move(with), read_at, held.as<Query>().tags()}));
        scheduler.settle();
    }

    /// What the catalog's leader hears when it announces a write to `tags` at `index`.
    base::result<std::string> announce(std::uint64_t index, std::vector<shop::Tag> tags,
                                       std::optional<std::uint64_t> in_term = {}) {
        const Invalidation message{in_term.value_or(grant.term), index, session(), std::move(tags)};
        return deliver(method::invalidate, encode(message));
    }
    base::result<std::string> deliver(net::Method method, std::string message) {
        auto answer = std::make_shared<std::optional<base::result<std::string>>>();
        net::spawn(loop.get_executor(), "call", [this, method, answer, message = std::move(message)] {
            return receive(method, message, answer);
        });
        if (!scheduler.until([&] { return answer->has_value(); })) throw std::runtime_error("no answer");
        return **answer;
    }

    std::uint64_t session() const {
        return transport.made(method::lease).front()->as<LeaseRequest>().session;
    }
    const net::Endpoint& at(Role role, unsigned id) const { return config.of(role).at(id); }
    std::size_t queries() const { return transport.made(method::query).size(); }
    /// The value of a counter in /metrics, with its labels if it has any.
    double metric(const std::string& name) const {
        const std::string text = "\n" + metrics.expose();
        const auto found = text.find("\n" + name + " ");
        if (found == std::string::npos) throw std::runtime_error("no metric " + name);
        return std::stod(text.substr(found + name.size() + 2));
    }

    boost::asio::io_context loop; ///< goes last: it owns the coroutines that never ended
    ManualScheduler scheduler{loop};
    base::Random random;
    base::Metrics metrics;
    FakeTransport transport{scheduler};
    cluster::Config config;

    // How the others behave.
    std::map<net::Endpoint, base::result<cluster::Report>> reports;
    std::optional<unsigned> leader = 0;
    LeaseAnswer grant{5, 7, 1'000'000};  ///< what the leader answers to who asks for a lease
    std::uint64_t version = 7;           ///< that every catalog replica has applied
    std::string body = "{\"books\":[]}"; ///< of every query's answer
    int status = 200;

    std::size_t answers_at_once = 0; ///< of the frontend, without a look at the routes
    bool takes_posts = true;         ///< whether plain POSTs are offered before the routes are looked at
    std::size_t posts_taken = 0;

    std::optional<FrontendNode> node;
    std::optional<net::Router> router;

private:
    static net::Request parse(Verb verb, std::string target) {
        net::Request request;
        request.verb = verb;
        request.target = target;
        const auto question = target.find('?');
        request.path = target.substr(0, question);
        std::string rest = question == std::string::npos ? std::string() : target.substr(question + 1);
        while (!rest.empty()) {
            const std::string pair = rest.substr(0, rest.find('&'));
            rest.erase(0, pair.size() + 1);
            const auto equals = std::min(pair.find('='), pair.size());
            request.query.emplace_back(pair.substr(0, equals),
                                       pair.substr(std::min(equals + 1, pair.size())));
        }
        return request;
    }

    boost::asio::awaitable<void> serve(Pending answer, net::Request request) {
        if (auto at_once =
                bookstore::test::answered_at_once(node->answer_at_once(), request, scheduler.now())) {
            ++answers_at_once;
            *answer = std::move(*at_once);
            co_return;
        }
        const auto done = [answer](const net::Response& response) { *answer = response; };
        if (takes_posts && bookstore::test::taken(node->take_posts(), request, done)) {
            ++posts_taken;
            co_return;
        }
        *answer = co_await router->handle(std::move(request));
    }
    boost::asio::awaitable<void> receive(net::Method method, std::string message,
                                         std::shared_ptr<std::optional<base::result<std::string>>> answer) {
        *answer =
            co_await transport.call_handlers.at(method)(std::move(message), scheduler.now() + seconds(1));
    }
    boost::asio::awaitable<base::result<cluster::Report>> heartbeat(net::Endpoint to) {
        co_return reports.at(to);
    }

    std::optional<base::result<std::string>> lease(const Call& call) {
        if (!leader || call.to != at(Role::catalog, *leader)) return Errc::not_leader;
        return encode(grant);
    }
    std::optional<base::result<std::string>> query(const Call& call) {
        const auto asked = call.as<Query>();
        if (asked.minimum_version > version) return Errc::not_ready;
        return encode(QueryAnswer{status, body, version, asked.tags()});
    }
};

inline std::string header_of(const net::Response& response, std::string_view name) {
    return std::string(response.header(name).value_or("(none)"));
}

} // namespace bookstore::roles::frontend::test
