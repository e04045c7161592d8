#pragma once
/// \file
/// Who waits until a version is applied here.
#include <cstdint>
#include <map>

#include <bookstore/base/error.hpp>
#include <bookstore/net/promise.hpp>

#include "replication/deadlines.hpp"

namespace bookstore::replication {

/// Loop thread only.
class VersionWaits {
public:
    using Answer = base::result<std::uint64_t>; ///< the version reached

    explicit VersionWaits(Deadlines& deadlines) : deadlines_(deadlines) {}
    ~VersionWaits() { fail(base::Errc::stopping); }
    VersionWaits(const VersionWaits&) = delete;
    VersionWaits& operator=(const VersionWaits&) = delete;

    net::Promise<Answer> add(std::uint64_t version, base::TimePoint deadline) {
        net::Promise<Answer> promise;
        const auto waiter = waiters_.emplace(version, Waiter{promise, {}});
        waiter->second.expiry = deadlines_.add(deadline, [this, waiter] {
            waiter->second.promise.set(base::Errc::timed_out);
            waiters_.erase(waiter);
        });
        return promise;
    }

    void reached(std::uint64_t version) {
        while (!waiters_.empty() && waiters_.begin()->first <= version)
            settle_first(version);
    }

    void fail(base::Errc failure) {
        while (!waiters_.empty())
            settle_first(failure);
    }

private:
    struct Waiter {
        net::Promise<Answer> promise;
        Deadlines::Key expiry;
    };

    void settle_first(Answer answer) {
        const auto first = waiters_.begin();
        deadlines_.remove(first->second.expiry);
        first->second.promise.set(std::move(answer));
        waiters_.erase(first);
    }

    Deadlines& deadlines_;
    std::multimap<std::uint64_t, Waiter> waiters_;
};

} // namespace bookstore::replication
