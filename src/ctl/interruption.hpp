#pragma once
/// \file
/// Ctrl-C as an event: what runs for ever sleeps here, and is told when it should end.
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/promise.hpp>

namespace bookstore::ctl {

/// Loop thread only. From construction on SIGINT and SIGTERM are taken once; another one kills as usual.
class Interruption {
public:
    Interruption(boost::asio::io_context& loop, base::Scheduler& scheduler);
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    bool happened() const { return happened_; }
    /// True when interrupted, at once; false when `time` has passed.
    boost::asio::awaitable<bool> sleep(base::Duration time);
    /// What was interrupted has ended: signals are taken once more, for what comes now.
    void rearm();

private:
    void arm();

    base::Scheduler& scheduler_;
    boost::asio::signal_set signals_;
    bool happened_ = false;
    std::optional<net::Promise<bool>> sleeper_;
};

} // namespace bookstore::ctl
