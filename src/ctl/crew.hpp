#pragma once
/// \file
/// Coroutines that are started together and waited for together.
#include <exception>
#include <functional>
#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>

#include <bookstore/net/promise.hpp>

namespace bookstore::ctl {

/// Loop thread only. What the tasks refer to outlives wait(), which must be called, once.
class Crew {
public:
    explicit Crew(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

    void start(std::function<boost::asio::awaitable<void>()> task) {
        ++state_->working;
        boost::asio::co_spawn(executor_, std::move(task), [state = state_](std::exception_ptr fault) {
            if (fault && !state->fault) state->fault = fault;
            if (--state->working == 0 && state->waited_for) state->done.set(true);
        });
    }

    bool idle() const { return state_->working == 0; }

    /// Until all have ended. Throws what the first of them has thrown.
    boost::asio::awaitable<void> wait() {
        state_->waited_for = true;
        auto done = state_->done;
        if (!idle()) co_await std::move(done).wait();
        if (state_->fault) std::rethrow_exception(state_->fault);
    }

private:
    struct State {
        std::size_t working = 0;
        bool waited_for = false;
        std::exception_ptr fault;
        net::Promise<bool> done;
    };
    boost::asio::any_io_executor executor_;
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

} // namespace bookstore::ctl
