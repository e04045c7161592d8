#include <bookstore/net/turn.hpp>

namespace bookstore::net {
namespace {

thread_local Turn* current = nullptr;

} // namespace

Turn::Turn(const boost::asio::any_io_executor& loop) : loop_(loop), outer_(std::exchange(current, this)) {}

/// Who is left, when the body or one of them has thrown, is not forgotten.
Turn::~Turn() {
    current = outer_;
    for (; gone_on_ < woken_.size(); ++gone_on_)
        boost::asio::post(loop_, [waiting = std::move(woken_[gone_on_])] { waiting->go_on(); });
}

Turn* Turn::open_for(const boost::asio::any_io_executor& executor) {
    const bool open = current != nullptr && current->woken_.size() < woken_max && current->loop_ == executor;
    return open ? current : nullptr;
}

void Turn::finish() {
    while (gone_on_ < woken_.size()) {
        const auto next = std::move(woken_[gone_on_++]);
        next->go_on();
    }
}

} // namespace bookstore::net
