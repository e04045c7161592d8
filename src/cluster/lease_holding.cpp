#include <bookstore/cluster/lease.hpp>

#include <algorithm>

namespace bookstore::cluster {

bool LeaseHolding::granted(const LeaseGrant& grant, base::TimePoint asked_at, base::TimePoint now) {
    const base::TimePoint until = asked_at + grant.duration;
    if (grant.term < newest_term_ || until <= now) return false;
    if (term_ == grant.term && live(now)) {
        until_ = std::max(until_, until); // answers may overtake each other
        return false;
    }
    // Back in a term that we have been registered in: the fence may be older than what we acknowledged in it
    // before that lease ended, unless it was asked for only after.
    if (grant.term == newest_term_ && asked_at < until_) return false;
    term_ = newest_term_ = grant.term;
    until_ = until;
    return true;
}

void LeaseHolding::lost() {
    term_ = 0;
}

bool LeaseHolding::live(base::TimePoint now) const {
    return term_ != 0 && now < until_;
}

bool LeaseHolding::may_acknowledge(std::uint64_t term, base::TimePoint now) const {
    return term == term_ && live(now);
}

} // namespace bookstore::cluster
