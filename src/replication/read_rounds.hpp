#pragma once
/// \file
/// Read indexes, asked for in rounds: whoever comes while one is under way shares the next.
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <bookstore/base/error.hpp>
#include <bookstore/net/promise.hpp>

#include "replication/deadlines.hpp"

namespace bookstore::replication {

/// A round begins after everyone in it has asked: so what it learns is as new as anything answered before.
/// Loop thread only.
class ReadRounds {
public:
    using Answer = base::result<std::uint64_t>; ///< the read index
    /// Starts a round; `done` is called once, now or later, by `deadline` at the latest.
    using Start = std::function<void(base::TimePoint deadline, std::function<void(Answer)> done)>;

    ReadRounds(Deadlines& deadlines, Start start);
    ~ReadRounds();

    net::Promise<Answer> ask(base::TimePoint deadline);
    /// Ends everyone who waits, also for the next round.
    void fail(base::Errc failure);

private:
    struct Waiter;
    void next();
    void ended(std::uint64_t round, const Answer& answer);

    Deadlines& deadlines_;
    Start start_;
    std::vector<std::shared_ptr<Waiter>> asking_; ///< in the round under way
    std::vector<std::shared_ptr<Waiter>> next_;
    std::uint64_t round_ = 0;
    bool under_way_ = false;
    std::shared_ptr<ReadRounds*> self_;
};

} // namespace bookstore::replication
