#pragma once
/// \file
/// What a further event loop of a frontend answers reads from: a copy of part of the main loop's cache, and
/// of its lease. Names as in tests/model/loops.pml.
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include <bookstore/base/time.hpp>
#include <bookstore/shop/cache.hpp>

namespace bookstore::roles::frontend {

/// All that it knows comes from the main loop through one queue, in order: so it never has an answer that the
/// main loop has dropped, but for the time that being told takes; and whoever needs to know that it is told
/// asks caught_up(). It has no other source, so it needs no tickets.
///
/// Thread: the main loop's for all but answer_at_once(), which is its own loop's, and hits(), which is
/// anybody's. Outlives whatever was posted to its loop.
class Branch {
public:
    /// `loop` is its own loop's.
    Branch(boost::asio::any_io_executor loop, shop::CacheLimits limits);
    Branch(const Branch&) = delete;
    Branch& operator=(const Branch&) = delete;

    /// To be kept for who asks by `target`: an answer that the main loop's cache holds now.
    void keep(std::string target, shop::CachedAnswer answer);
    /// Registered anew: what is kept goes, and the lease is held until `until`.
    void reset(base::TimePoint until);
    /// The lease is held until `until`.
    void hold(base::TimePoint until);
    void invalidate(std::vector<shop::Tag> tags, std::uint64_t index);
    void drop(shop::Tag tag);
    /// `done` is called at the branch's loop when all that it was told before has been done.
    void caught_up(std::function<void()> done);

    /// A net::QuickAnswer.
    int answer_at_once(std::string_view target, base::TimePoint now, std::string_view date, std::string& out);

    std::uint64_t hits() const { return hits_.load(std::memory_order_relaxed); }

private:
    using Task = std::function<void()>;

    void tell(Task task);
    void do_as_told();

    boost::asio::any_io_executor loop_;
    std::mutex mutex_;
    std::vector<Task> inbox_; ///< under mutex_, in order; when it is not empty its loop has been told to look
    std::atomic<std::uint64_t> hits_ = 0;

    // The branch's loop's.
    shop::Cache cache_;
    base::TimePoint until_{};
};

} // namespace bookstore::roles::frontend
