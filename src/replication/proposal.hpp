#pragma once
/// \file
/// One caller who waits for the commands that it proposed together.
#include <memory>

#include <bookstore/net/promise.hpp>
#include <bookstore/replication/replica.hpp>

#include "replication/deadlines.hpp"

namespace bookstore::replication {

/// Settled exactly once: by its outcomes, by a failure, or by its deadline.
class Proposal {
public:
    using Answer = base::result<AppliedAll>;

    static std::shared_ptr<Proposal> make(Bundle commands, Deadlines& deadlines, base::TimePoint deadline) {
        auto proposal = std::shared_ptr<Proposal>(new Proposal(std::move(commands), deadlines));
        proposal->expiry_ = deadlines.add(deadline, [p = proposal.get()] {
            p->settled_ = true; // the key is dead: settle() would remove it again
            p->promise_.set(base::Errc::timed_out);
        });
        return proposal;
    }
    /// Whoever holds it last must not leave its deadline behind.
    ~Proposal() { settle(base::Errc::stopping); }
    Proposal(const Proposal&) = delete;
    Proposal& operator=(const Proposal&) = delete;

    void settle(Answer answer) {
        if (settled_) return;
        settled_ = true;
        deadlines_.remove(expiry_);
        promise_.set(std::move(answer));
    }
    bool settled() const { return settled_; }
    const net::Promise<Answer>& promise() const { return promise_; }

    std::size_t size() const { return size_; }
    std::size_t bytes() const { return bytes_; }

    /// Let go when they are in the log.
    Bundle commands;

private:
    Proposal(Bundle c, Deadlines& deadlines)
        : commands(std::move(c)), size_(commands.size()), bytes_(commands.bytes()), deadlines_(deadlines) {}

    std::size_t size_;
    std::size_t bytes_;
    Deadlines& deadlines_;
    Deadlines::Key expiry_;
    net::Promise<Answer> promise_;
    bool settled_ = false;
};

} // namespace bookstore::replication
