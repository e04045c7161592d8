#pragma once
/// \file
/// One caller who waits for one command.
#include <memory>
#include <string>

#include <bookstore/net/promise.hpp>
#include <bookstore/replication/replica.hpp>

#include "replication/deadlines.hpp"

namespace bookstore::replication {

/// Settled exactly once: by its outcome, by a failure, or by its deadline.
class Proposal {
public:
    using Answer = base::result<Applied>;

    static std::shared_ptr<Proposal> make(std::string command, Deadlines& deadlines,
                                          base::TimePoint deadline) {
        auto proposal = std::shared_ptr<Proposal>(new Proposal(std::move(command), deadlines));
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

    /// Moved into its batch when that forms.
    std::string command;

private:
    Proposal(std::string c, Deadlines& deadlines) : command(std::move(c)), deadlines_(deadlines) {}

    Deadlines& deadlines_;
    Deadlines::Key expiry_;
    net::Promise<Answer> promise_;
    bool settled_ = false;
};

} // namespace bookstore::replication
