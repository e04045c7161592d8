#pragma once
/// \file
/// Whose request is handled next, when there are more than a turn of the loop has time for.
#include <array>
#include <deque>
#include <memory>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <bookstore/base/scheduler.hpp>

namespace bookstore::net {

/// A thousand clients that send one request behind the other could keep the loop busy for seconds, and a
/// leader that cannot speak for so long is deposed. So requests are handled in slices of time, and between
/// two slices everything else that waits has its turn: peers, timers, connections that are accepted. Who
/// does not fit into a slice queues, at most once for each connection.
///
/// Loop thread only.
class HttpTurns {
public:
    static constexpr base::Duration slice_time = base::milliseconds(2);

    enum class Urgency { urgent, normal }; ///< the two queues are served in turn

    /// `scheduler`, which is the loop's, outlives it.
    HttpTurns(boost::asio::io_context& loop, base::Scheduler& scheduler);
    ~HttpTurns();
    HttpTurns(const HttpTurns&) = delete;
    HttpTurns& operator=(const HttpTurns&) = delete;

    /// True: there is time, and nobody to be let past. Else wait() for it.
    bool take(base::TimePoint now);
    /// The same for requests that take next to no time. When everything else has had its turn, such go on for
    /// `unsliced_time` before a slice begins: to see its end costs the loop a round, and under little load
    /// every request would begin one.
    bool take_briefly(base::TimePoint now);
    static constexpr base::Duration unsliced_time = base::milliseconds(1);
    boost::asio::awaitable<void> wait(Urgency urgency);

    /// Ends who waits, without resuming it.
    void abandon();

private:
    using Waiter = boost::asio::any_completion_handler<void()>;
    using Queue = std::deque<Waiter>;

    bool anybody_waits() const;
    void begin_slice(base::TimePoint now);
    void end_slice();
    void resume_one();

    boost::asio::io_context::executor_type executor_;
    base::Scheduler& scheduler_;
    std::array<Queue, 2> queues_; ///< by Urgency
    std::size_t next_queue_ = 0;
    bool in_slice_ = false;
    base::TimePoint slice_end_;
    base::TimePoint unsliced_until_;
    std::shared_ptr<HttpTurns*> self_; ///< what posted tasks hold weakly
};

} // namespace bookstore::net
