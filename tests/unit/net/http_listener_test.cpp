#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/net/server_fixture.hpp"

using namespace bookstore;
using namespace bookstore::net::test;
using boost::asio::awaitable;
using boost::asio::ip::tcp;

namespace {

/// Takes every descriptor that this process may still open, and gives them back.
class NoDescriptors {
public:
    NoDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        rlimit low = before_;
        low.rlim_cur = 256; // few enough to take them all
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
        for (int taken = ::open("/dev/null", O_RDONLY | O_CLOEXEC); taken >= 0; taken = ::dup(taken))
            taken_.push_back(taken);
        REQUIRE(errno == EMFILE);
    }
    ~NoDescriptors() {
        for (const int taken : taken_)
            ::close(taken);
        ::setrlimit(RLIMIT_NOFILE, &before_);
    }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

    void give_back_one() {
        ::close(taken_.back());
        taken_.pop_back();
    }

private:
    rlimit before_{};
    std::vector<int> taken_;
};

/// Processor time of this process.
base::Duration cpu_time() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto sum = [](timeval t) { return base::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec); };
    return sum(usage.ru_utime) + sum(usage.ru_stime);
}

} // namespace

TEST_CASE("a server listens on IPv6, and there only", "[net][listener]") {
    ServerFixture shop;
    const auto six = shop.server.listen({"::1", 0});
    const auto four = shop.server.listen({"127.0.0.1", six.port}); // the same port is free there
    CHECK(six.port != 0);
    CHECK(four.port == six.port);
    const auto scenario = [&]() -> awaitable<void> {
        for (const auto& where : {six, four}) {
            RawClient client(shop.loop, where);
            const auto answer = co_await client.ask(get_hello);
            CHECK(answer.body == "hello");
        }
    };
    shop.run(scenario);
}

TEST_CASE("a server listens where a name points", "[net][listener]") {
    ServerFixture shop;
    const auto named = shop.server.listen({"localhost", 0});
    CHECK(named.host == "localhost");
    const auto scenario = [&]() -> awaitable<void> {
        RawClient client(shop.loop, {"127.0.0.1", named.port});
        const auto answer = co_await client.ask(get_hello);
        CHECK(answer.body == "hello");
    };
    shop.run(scenario);
}

TEST_CASE("where nobody can listen is said by name", "[net][listener]") {
    ServerFixture shop;
    CHECK_THROWS_WITH(shop.server.listen(shop.where), Catch::Contains(net::to_string(shop.where)));
    CHECK_THROWS_AS(shop.server.listen(shop.where), std::system_error);
    CHECK_THROWS_WITH(shop.server.listen({"192.0.2.1", 3211}), Catch::Contains("192.0.2.1:3211"));
    CHECK_THROWS_WITH(shop.server.listen({"no-such-host.invalid", 1}),
                      Catch::Contains("no-such-host.invalid:1"));
}

TEST_CASE("a listening socket is taken over from whoever opened it", "[net][listener]") {
    ServerFixture shop;
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(descriptor, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0);
    REQUIRE(::listen(descriptor, 16) == 0);
    const auto where = shop.server.adopt(descriptor);
    CHECK(where.host == "127.0.0.1");
    const auto scenario = [&]() -> awaitable<void> {
        RawClient client(shop.loop, where);
        const auto answer = co_await client.ask(get_hello);
        CHECK(answer.body == "hello");
    };
    shop.run(scenario);
}

TEST_CASE("what is not a listening socket is not taken over", "[net][listener]") {
    ServerFixture shop;
    CHECK_THROWS_AS(shop.server.adopt(-1), std::system_error);
    const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    CHECK_THROWS_AS(shop.server.adopt(file), std::system_error);
    ::close(file);
    const int silent = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK_THROWS_AS(shop.server.adopt(silent), std::system_error);
    ::close(silent);
}

TEST_CASE("without descriptors the server waits for some, and does not spin", "[net][listener]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto before = shop.connect();
        const auto served = co_await before.ask(get_hello);
        CHECK(served.body == "hello");
        const auto waiting_costs = [&]() -> awaitable<base::Duration> { // processor time
            const auto began = shop.scheduler->now();
            const auto cpu_began = cpu_time();
            const auto over = [&]() -> bool {
                return shop.scheduler->now() - began > base::milliseconds(300);
            };
            const bool waited = co_await shop.eventually(over);
            co_return waited ? cpu_time() - cpu_began : base::Duration(base::seconds(1'000));
        };
        const auto usual = co_await waiting_costs();
        CHECK(usual < base::seconds(1'000));

        std::optional<NoDescriptors> none(std::in_place);
        none->give_back_one();
        auto waiting = shop.connect(); // into the kernel's queue, with the last descriptor
        co_await waiting.send(get_hello);
        const auto without = co_await waiting_costs();
        const auto connections = shop.server.connections();
        const auto meanwhile = co_await before.ask(get_hello);

        none->give_back_one();
        const auto late = co_await waiting.answer();
        none.reset();
        // Not before: a sanitizer that sees an expression for the first time looks at memory through a pipe.
        CHECK(without < 3 * usual + base::milliseconds(100));
        CHECK(connections == 1);
        CHECK(meanwhile.body == "hello");
        CHECK(late.body == "hello");
    };
    shop.run(scenario);
}
