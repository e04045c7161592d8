#pragma once
/// \file
/// Calls that wait for their answers, and one timer for all their deadlines.
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include <bookstore/base/error.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/promise.hpp>

namespace bookstore::net {

/// Loop thread only. Every promise given to it is set in the end: at the latest by its destructor.
class PendingCalls {
public:
    using Answer = Promise<base::result<std::string>>;

    /// `scheduler` outlives it.
    explicit PendingCalls(base::Scheduler& scheduler);
    ~PendingCalls();
    PendingCalls(const PendingCalls&) = delete;
    PendingCalls& operator=(const PendingCalls&) = delete;

    /// `frame_end`: where the call's frame ends in the stream that it is queued for.
    void add(std::uint64_t id, Answer answer, base::TimePoint deadline, std::uint64_t frame_end);
    /// An answer to a call that is not, or no longer, waiting is dropped.
    void complete(std::uint64_t id, base::result<std::string> answer);
    /// The stream is gone: unreachable for those whose frame ends behind `begun_bytes`, connection_lost for
    /// the others.
    void fail_all(std::uint64_t begun_bytes);

    std::size_t size() const { return calls_.size(); }

private:
    struct Call {
        Answer answer;
        base::TimePoint deadline;
        std::uint64_t frame_end;
    };

    void arm();
    void expire();

    base::Scheduler& scheduler_;
    std::unordered_map<std::uint64_t, Call> calls_;
    std::set<std::pair<base::TimePoint, std::uint64_t>> deadlines_;
    std::unique_ptr<base::Timer> timer_;
    base::TimePoint armed_for_;
};

} // namespace bookstore::net
