#include <bookstore/cluster/lease.hpp>

#include <algorithm>

namespace bookstore::cluster {

bool LeaseHolding::granted(const LeaseGrant& grant, base::TimePoint asked_at, base::TimePoint now) {
    const base::TimePoint until = asked_at + grant.duration;
    if (grant.term < newest_term_ || until <= now) return false;
    if (term_ == grant.term && live(now)) {
        until_ = std::max(until_, until); // answers may overtake each other
        if (grant.epoch <= epoch_) return false;
        epoch_ = grant.epoch;
        return true;
    }
    term_ = newest_term_ = grant.term;
    epoch_ = grant.epoch;
    until_ = until;
    return true;
}

void LeaseHolding::lost() {
    term_ = 0;
}

bool LeaseHolding::live(base::TimePoint now) const {
    return term_ != 0 && now < until_;
}

} // namespace bookstore::cluster
