#include "net/http_turns.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace bookstore::net {

namespace asio = boost::asio;

HttpTurns::HttpTurns(asio::io_context& loop, base::Scheduler& scheduler)
    : executor_(loop.get_executor()), scheduler_(scheduler), self_(std::make_shared<HttpTurns*>(this)) {}

HttpTurns::~HttpTurns() {
    abandon();
}

bool HttpTurns::take(base::TimePoint now) {
    if (anybody_waits()) return false;
    if (!in_slice_) begin_slice(now);
    return now < slice_end_;
}

bool HttpTurns::take_briefly(base::TimePoint now) {
    return (!in_slice_ && now < unsliced_until_) || take(now);
}

asio::awaitable<void> HttpTurns::wait(Urgency urgency) {
    auto& queue = queues_[static_cast<std::size_t>(urgency)];
    const auto join = [&queue](auto handler) { queue.emplace_back(std::move(handler)); };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(join, asio::use_awaitable);
}

bool HttpTurns::anybody_waits() const {
    return std::any_of(queues_.begin(), queues_.end(), [](const Queue& queue) { return !queue.empty(); });
}

/// What is posted now runs when everything that is ready already has run. By Asio itself, which has memory
/// for it at hand.
void HttpTurns::begin_slice(base::TimePoint now) {
    in_slice_ = true;
    slice_end_ = now + slice_time;
    asio::post(executor_, [weak = std::weak_ptr(self_)] {
        if (const auto self = weak.lock()) (*self)->end_slice();
    });
}

void HttpTurns::end_slice() {
    in_slice_ = false;
    const auto now = scheduler_.now();
    unsliced_until_ = now + unsliced_time;
    if (!anybody_waits()) return;
    begin_slice(now);
    while (anybody_waits() && scheduler_.now() < slice_end_)
        resume_one();
}

/// Runs it, up to where it suspends again: so the slice's time is what it has taken.
void HttpTurns::resume_one() {
    if (queues_[next_queue_].empty()) next_queue_ = 1 - next_queue_;
    Waiter waiter = std::move(queues_[next_queue_].front());
    queues_[next_queue_].pop_front();
    next_queue_ = 1 - next_queue_;
    std::move(waiter)();
}

void HttpTurns::abandon() {
    for (auto& queue : queues_) {
        const Queue ended = std::exchange(queue, {});
    }
}

} // namespace bookstore::net
