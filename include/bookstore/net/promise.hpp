#pragma once
/// \file
/// One value, given once, awaited once: the bridge from callbacks to coroutines.
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <bookstore/base/error.hpp>
#include <bookstore/net/turn.hpp>

namespace bookstore::net {

/// Copies share one value. Loop thread only. Whoever holds a promise must give it a value in the end: a
/// waiter has no deadline of its own. Giving a second value does nothing, so that an answer and a deadline
/// may race. The waiter does not count as a holder: when the others have gone without giving a value, as
/// when their process ends, it goes too, without being resumed.
template <typename T>
class Promise {
public:
    Promise() : state_(std::make_shared<State>()) {}

    /// Resumes the waiter through its executor, never from inside this call.
    void set(T value) const {
        if (state_->given) return;
        state_->given = true;
        if (!state_->waiter) {
            state_->value.emplace(std::move(value));
            return;
        }
        auto waiter = std::exchange(state_->waiter, nullptr);
        Turn::wake(state_->executor,
                   [w = std::move(waiter), v = std::move(value)]() mutable { std::move(w)(std::move(v)); });
    }

    bool given() const { return state_->given; }

    /// Once for all copies, and the last thing that is done with this one, which outlives the wait.
    boost::asio::awaitable<T> wait() && {
        auto state = std::move(state_); // kept by it, the waiter would keep itself
        INVARIANT(!state->waiter);
        if (state->value) co_return std::move(*state->value);
        state->executor = co_await boost::asio::this_coro::executor;
        const auto begin = [&state](auto handler) {
            // Swapped in: the move assignment of Boost 1.81's any_completion_handler recurses without end.
            Waiter(std::move(handler)).swap(state->waiter);
            state.reset();
        };
        co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
            begin, boost::asio::use_awaitable);
    }

private:
    using Waiter = boost::asio::any_completion_handler<void(T)>;
    struct State {
        bool given = false;
        std::optional<T> value;
        boost::asio::any_io_executor executor;
        Waiter waiter;
    };
    std::shared_ptr<State> state_;
};

} // namespace bookstore::net
