#pragma once
/// \file
/// How much may be tried again: a share of what succeeds, and a reserve for the moment in which a replica
/// dies.
#include <algorithm>

namespace bookstore::roles::frontend {

/// While all is well the reserve is full, and every request in flight when a replica dies may go to another.
/// In an outage it runs dry, and what is left is one retry for every few successes: retries do not multiply
/// the load on what is overloaded already. Thread: the loop.
class RetryBudget {
public:
    /// `reserve`: retries; `share`: retries earned by one success.
    RetryBudget(double reserve, double share) : reserve_(reserve), share_(share), left_(reserve) {}

    void succeeded() { left_ = std::min(left_ + share_, reserve_); }
    bool take() {
        if (left_ < 1) return false;
        left_ -= 1;
        return true;
    }

private:
    double reserve_, share_, left_;
};

} // namespace bookstore::roles::frontend
