#include "roles/frontend/branches.hpp"

#include <utility>

#include <boost/asio/post.hpp>

#include <bookstore/net/promise.hpp>

namespace bookstore::roles::frontend {

Branches::Branches(const World& world) : executor_(world.executor), scheduler_(world.scheduler) {}

Branch& Branches::add(boost::asio::any_io_executor loop, shop::CacheLimits limits) {
    return *branches_.emplace_back(std::make_unique<Branch>(std::move(loop), limits));
}

void Branches::registered(base::TimePoint until) {
    for (const auto& branch : branches_)
        branch->reset(until);
}

void Branches::held(base::TimePoint until) {
    for (const auto& branch : branches_)
        branch->hold(until);
}

void Branches::invalidated(const std::vector<shop::Tag>& tags, std::uint64_t index) {
    for (const auto& branch : branches_)
        branch->invalidate(tags, index);
}

void Branches::dropped(const shop::Tag& tag) {
    for (const auto& branch : branches_)
        branch->drop(tag);
}

boost::asio::awaitable<bool> Branches::caught_up(base::TimePoint deadline) {
    if (branches_.empty()) co_return true;
    struct Roll {
        std::size_t missing;
        net::Promise<bool> complete; ///< the main loop's
    };
    const auto roll = std::make_shared<Roll>(Roll{branches_.size(), {}});
    for (const auto& branch : branches_) {
        branch->caught_up([main = executor_, roll] {
            boost::asio::post(main, [roll] {
                if (--roll->missing == 0) roll->complete.set(true);
            });
        });
    }
    const auto late = scheduler_.at(deadline, [roll] { roll->complete.set(false); });
    auto complete = roll->complete;
    co_return co_await std::move(complete).wait();
}

std::uint64_t Branches::hits() const {
    std::uint64_t hits = 0;
    for (const auto& branch : branches_)
        hits += branch->hits();
    return hits;
}

} // namespace bookstore::roles::frontend
