#include <bookstore/cluster/lease.hpp>

#include <algorithm>

#include <bookstore/base/error.hpp>
#include <bookstore/base/mutant.hpp>

namespace bookstore::cluster {

LeaseTable::LeaseTable(unsigned frontends, base::Duration lease, base::Duration margin)
    : frontends_(frontends), lease_(lease), margin_(margin) {
    INVARIANT(lease > base::Duration::zero() && margin >= base::Duration::zero());
}

void LeaseTable::lead(std::uint64_t term, base::TimePoint now) {
    INVARIANT(term >= term_);
    leading_ = true;
    term_ = term;
    announced_ = 0;
    arrived_.clear();
    leases_.clear();
    // Predecessors granted only while sure that nobody else led, so all their grants are older than `now`.
    predecessor_until_ = base::built_in("ignores-predecessors-leases") ? now : now + lease_ + margin_;
}

void LeaseTable::step_down() {
    leading_ = false;
    announced_ = 0;
    arrived_.clear();
    leases_.clear();
}

bool LeaseTable::leading() const {
    return leading_;
}

std::uint64_t LeaseTable::term() const {
    return term_;
}

std::optional<LeaseGrant> LeaseTable::ask(FrontendSession who, std::uint64_t known_term, std::uint64_t fence,
                                          base::TimePoint now, base::TimePoint authority) {
    if (!leading_ || known_term > term_ || now >= authority || who.frontend >= frontends_)
        return std::nullopt;
    forget_expired(now);
    arrived_.insert(who.frontend);
    // A newcomer whose every other lease has run out starts with an empty cache and a fence that covers the
    // batch in the stage: nothing to acknowledge. Others may go on believing in a lease until this grant has
    // reached them: in a predecessor's, or in ours, when this is an old ask that was long on its way.
    const auto [lease, newcomer] = leases_.try_emplace(who);
    if (newcomer && now >= predecessor_until_) lease->second.acknowledged = announced_;
    // One that has a batch to acknowledge is granted no more than it could have had when that was announced:
    // it may ask well and be deaf to invalidations, and must not hold up writes for longer than a lease.
    const bool behind = lease->second.acknowledged < announced_;
    const base::TimePoint from = behind ? std::min(now, announced_at_) : now;
    const base::Duration left = std::max(base::Duration::zero(), from + lease_ - now);
    lease->second.until = std::max(lease->second.until, from + lease_ + margin_);
    if (base::built_in("registers-at-committed")) return LeaseGrant{term_, fence, left, epoch_};
    return LeaseGrant{term_, std::max(fence, announced_), left, epoch_};
}

std::vector<FrontendSession> LeaseTable::begin(std::uint64_t index, base::TimePoint now) {
    INVARIANT(leading_ && announced_ == 0 && index > 0);
    forget_expired(now);
    announced_ = index;
    announced_at_ = now;
    for (auto& [who, lease] : leases_)
        lease.acknowledged = 0;
    return waiting(now);
}

std::vector<FrontendSession> LeaseTable::waiting(base::TimePoint now) const {
    std::vector<FrontendSession> sessions;
    for (const auto& [who, lease] : leases_)
        if (lease.acknowledged < announced_ && now < lease.until) sessions.push_back(who);
    return sessions;
}

void LeaseTable::acknowledge(FrontendSession who, std::uint64_t term, std::uint64_t index) {
    if (!leading_ || term != term_ || index != announced_) return;
    const auto lease = leases_.find(who);
    if (lease != leases_.end()) lease->second.acknowledged = index;
}

bool LeaseTable::may_propose(base::TimePoint now) const {
    return leading_ && latest_wait(now) <= now;
}

base::TimePoint LeaseTable::latest_wait(base::TimePoint now) const {
    base::TimePoint wait = predecessors_gone(now) ? now : predecessor_until_;
    for (const auto& [who, lease] : leases_)
        if (lease.acknowledged < announced_) wait = std::max(wait, lease.until);
    return wait;
}

void LeaseTable::end() {
    announced_ = 0;
}

std::size_t LeaseTable::live(base::TimePoint now) const {
    return static_cast<std::size_t>(std::count_if(
        leases_.begin(), leases_.end(), [&](const auto& entry) { return now < entry.second.until; }));
}

bool LeaseTable::predecessors_gone(base::TimePoint now) const {
    return now >= predecessor_until_ || arrived_.size() == frontends_;
}

void LeaseTable::forget_expired(base::TimePoint now) {
    std::erase_if(leases_, [&](const auto& entry) { return now >= entry.second.until; });
}

} // namespace bookstore::cluster
