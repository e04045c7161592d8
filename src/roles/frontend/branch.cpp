#include "roles/frontend/branch.hpp"

#include <utility>

#include <boost/asio/post.hpp>

#include <bookstore/net/prepared_head.hpp>

namespace bookstore::roles::frontend {

Branch::Branch(boost::asio::any_io_executor loop, shop::CacheLimits limits)
    : loop_(std::move(loop)), cache_(limits) {}

void Branch::tell(Task task) {
    const std::lock_guard lock(mutex_);
    inbox_.push_back(std::move(task));
    if (inbox_.size() == 1) boost::asio::post(loop_, [this] { do_as_told(); });
}

void Branch::do_as_told() {
    std::vector<Task> tasks;
    {
        const std::lock_guard lock(mutex_);
        tasks.swap(inbox_);
    }
    for (const Task& task : tasks)
        task();
}

void Branch::keep(std::string target, shop::CachedAnswer answer) {
    tell([this, target = std::move(target), answer = std::move(answer)] {
        cache_.fill(target, cache_.ticket({}), answer);
    });
}

void Branch::reset(base::TimePoint until) {
    tell([this, until] {
        cache_.reset(0);
        until_ = until;
    });
}

void Branch::hold(base::TimePoint until) {
    tell([this, until] { until_ = until; });
}

void Branch::invalidate(std::vector<shop::Tag> tags, std::uint64_t index) {
    tell([this, tags = std::move(tags), index] {
        for (const shop::Tag& tag : tags)
            cache_.invalidate(tag, index);
    });
}

void Branch::drop(shop::Tag tag) {
    tell([this, tag = std::move(tag)] { cache_.drop(tag); });
}

void Branch::caught_up(std::function<void()> done) {
    tell(std::move(done));
}

int Branch::answer_at_once(std::string_view target, base::TimePoint now, std::string_view date,
                           std::string& out) {
    if (now >= until_) return 0;
    const auto* kept = cache_.find(target);
    if (kept == nullptr) return 0;
    hits_.store(hits_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    net::append_prepared_head(out, kept->head, date);
    out += kept->body;
    return kept->status;
}

} // namespace bookstore::roles::frontend
