#include "replication/readiness.hpp"

#include <utility>

namespace bookstore::replication {

bool Readiness::broken(base::TimePoint now) const {
    return !contact_ || (contact_->last_heard && now - *contact_->last_heard > patience_);
}

void Readiness::heard(consensus::NodeId leader, consensus::Term term, std::uint64_t commit,
                      base::TimePoint now) {
    if (broken(now) || contact_->leader != leader || contact_->term != term)
        contact_ = Contact{leader, term, commit, now};
    contact_->last_heard = now;
}

void Readiness::lead(consensus::NodeId self, consensus::Term term, std::uint64_t commit) {
    contact_ = Contact{self, term, commit, std::nullopt};
}

void Readiness::lost(std::string why) {
    contact_.reset();
    why_lost_ = std::move(why);
}

std::optional<std::string> Readiness::obstacle(std::uint64_t applied, base::TimePoint now) const {
    if (!contact_) return why_lost_;
    if (broken(now)) return "no leader";
    if (applied < contact_->target)
        return "catching up: " + std::to_string(applied) + " of " + std::to_string(contact_->target);
    return std::nullopt;
}

std::optional<base::TimePoint> Readiness::patience_ends() const {
    if (!contact_ || !contact_->last_heard) return std::nullopt;
    return *contact_->last_heard + patience_;
}

} // namespace bookstore::replication
