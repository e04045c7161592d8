#pragma once
/// \file
/// One io_context, the real clock, and a bound on everything: what the tests of this layer run on.
#include <functional>

#include <catch2/catch.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <bookstore/base/log.hpp>
#include <bookstore/base/metrics.hpp>
#include <bookstore/net/loop.hpp>
#include <bookstore/net/promise.hpp>

/// CHECK for what is awaited. Catch's own macros mention their operand once more behind `false &&` in a
/// loop's condition, and GCC 12 awaits it there in spite of the `false`.
#define CHECK_AWAITED(...)                                                                                   \
    do {                                                                                                     \
        const bool awaited = static_cast<bool>(__VA_ARGS__);                                                 \
        INFO(#__VA_ARGS__);                                                                                  \
        CHECK(awaited);                                                                                      \
    } while (false)

namespace bookstore::net::test {

/// What these tests provoke is no news.
inline const bool quiet = (base::log::start("unit_net", base::log::Level::off), true);

/// Where coroutines wait until a test lets them go on.
class Gate {
public:
    boost::asio::awaitable<void> wait() {
        if (open_) co_return;
        Promise<bool> passed;
        waiting_.push_back(passed);
        co_await std::move(passed).wait();
    }
    void open() {
        open_ = true;
        for (const auto& passed : waiting_)
            passed.set(true);
        waiting_.clear();
    }

private:
    bool open_ = false;
    std::vector<Promise<bool>> waiting_;
};

class LoopFixture {
public:
    boost::asio::io_context loop{1};
    std::unique_ptr<base::Scheduler> scheduler = make_loop_scheduler(loop);
    base::Metrics metrics;

    /// Runs `scenario` to its end and everything else meanwhile. Fails the test when that takes too long.
    void run(std::function<boost::asio::awaitable<void>()> scenario,
             base::Duration bound = base::seconds(60)) {
        bool ended = false;
        std::exception_ptr fault;
        boost::asio::co_spawn(loop, std::move(scenario), [&](std::exception_ptr thrown) {
            ended = true;
            fault = thrown;
            loop.stop();
        });
        loop.restart();
        loop.run_for(bound);
        if (fault) std::rethrow_exception(fault);
        REQUIRE(ended);
    }

    /// Lets the loop turn until `condition` holds; false when it does not within the bound.
    boost::asio::awaitable<bool> eventually(std::function<bool()> condition) {
        const auto limit = scheduler->now() + base::seconds(30);
        while (!condition()) {
            if (scheduler->now() > limit) co_return false;
            co_await sleep_until(*scheduler, scheduler->now() + base::milliseconds(1));
        }
        co_return true;
    }

    base::TimePoint in(base::Duration delay) const { return scheduler->now() + delay; }

    /// The value of a metric's line in the text format, e.g. `name{label="x"}`; -1 when there is no such
    /// line.
    double metric(const std::string& line) const {
        const std::string text = '\n' + metrics.expose();
        const auto at = text.find('\n' + line + ' ');
        return at == std::string::npos ? -1 : std::stod(text.substr(at + line.size() + 2));
    }
};

} // namespace bookstore::net::test
