#include "ctl/interruption.hpp"

#include <csignal>
#include <utility>

namespace bookstore::ctl {

Interruption::Interruption(boost::asio::io_context& loop, base::Scheduler& scheduler)
    : scheduler_(scheduler), signals_(loop) {
    arm();
}

void Interruption::rearm() {
    if (std::exchange(happened_, false)) arm();
}

void Interruption::arm() {
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.async_wait([this](boost::system::error_code failure, int) {
        if (failure) return; // the command has ended, and this object with it
        happened_ = true;
        signals_.clear();
        if (sleeper_) sleeper_->set(true);
    });
}

boost::asio::awaitable<bool> Interruption::sleep(base::Duration time) {
    if (happened_) co_return true;
    net::Promise<bool> woken;
    sleeper_ = woken;
    const auto timer = scheduler_.after(time, [woken] { woken.set(false); });
    co_return co_await std::move(woken).wait();
}

} // namespace bookstore::ctl
