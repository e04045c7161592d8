#pragma once
/// \file
/// A call of the loop into us, and what goes on because of it.
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

namespace bookstore::net {

/// While one is open on this thread, who is woken goes on at its end: as through the loop, from no call of
/// ours, but without the round of the loop that each link of a chain of coroutines costs, and ahead of what
/// else has become ready meanwhile. To be opened where the loop calls in and nowhere further up the stack.
class Turn {
public:
    /// Who is woken beyond that goes through the loop: others have a turn, too.
    static constexpr std::size_t woken_max = 256;

    /// Runs `body`, and then whom it has woken, and whom those have.
    template <typename Body>
    static void run(const boost::asio::any_io_executor& loop, Body&& body) {
        Turn turn(loop);
        std::forward<Body>(body)();
        turn.finish();
    }

    /// Runs `task` once, on `executor`, never from inside this call.
    template <typename Task>
    static void wake(const boost::asio::any_io_executor& executor, Task task) {
        if (Turn* turn = open_for(executor))
            turn->woken_.push_back(std::make_unique<Woken<Task>>(std::move(task)));
        else
            boost::asio::post(executor, std::move(task));
    }

    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

private:
    struct Waiting {
        virtual ~Waiting() = default;
        virtual void go_on() = 0;
    };
    template <typename Task>
    struct Woken final : Waiting {
        explicit Woken(Task t) : task(std::move(t)) {}
        void go_on() override { std::move(task)(); }
        Task task;
    };

    explicit Turn(const boost::asio::any_io_executor& loop);
    ~Turn();
    /// The turn that takes one more for `executor`, if there is one.
    static Turn* open_for(const boost::asio::any_io_executor& executor);
    void finish();

    const boost::asio::any_io_executor& loop_;
    Turn* const outer_;
    std::vector<std::unique_ptr<Waiting>> woken_;
    std::size_t gone_on_ = 0;
};

} // namespace bookstore::net
