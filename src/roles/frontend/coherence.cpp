#include "roles/frontend/coherence.hpp"

#include <algorithm>
#include <chrono>

namespace bookstore::roles::frontend {

Coherence::Coherence(cluster::FrontendSession who, shop::CacheLimits limits, base::Duration lease_max)
    : who_(who), lease_max_(lease_max), cache_(limits) {}

LeaseRequest Coherence::request() const {
    return {who_.frontend, who_.session, holding_.known_term()};
}

bool Coherence::granted(const LeaseAnswer& answer, base::TimePoint asked_at, base::TimePoint now) {
    const auto lease_max = std::chrono::duration_cast<std::chrono::microseconds>(lease_max_);
    const auto asked_for =
        std::min<std::uint64_t>(answer.duration_us, static_cast<std::uint64_t>(lease_max.count()));
    const base::Duration duration = std::chrono::microseconds(asked_for);
    if (!holding_.granted({answer.term, answer.fence, duration, answer.epoch}, asked_at, now)) {
        if (copies_ != nullptr && live(now)) copies_->held(until());
        return false;
    }

    // An invalidation may overtake the answer that registered us, for the leader's stream to us is another
    // one. It has been acknowledged, so the fence may not fall below it. What a leader of an older term
    // announced, on the other hand, counts for nothing: it is in this leader's log, below the fence, or it
    // will never be.
    std::uint64_t fence = answer.fence;
    if (announced_.term >= answer.term) fence = std::max(fence, announced_.index);
    cache_.reset(fence);
    if (copies_ != nullptr) copies_->registered(until());
    return true;
}

void Coherence::lost() {
    holding_.lost();
    if (copies_ != nullptr) copies_->held({});
}

void Coherence::drop(const shop::Tag& tag) {
    cache_.drop(tag);
    if (copies_ != nullptr) copies_->dropped(tag);
}

base::result<InvalidationAnswer> Coherence::invalidate(const Invalidation& message) {
    if (message.session != who_.session) return base::Errc::not_ready;
    // A leader registers nobody before an entry of its own term is committed; from then on nothing that an
    // older one announces can be. Its fence would only hold up reads, perhaps for ever.
    if (message.term < holding_.known_term()) return InvalidationAnswer{who_.session};
    if (message.term > announced_.term) announced_ = {message.term, 0};
    if (message.term == announced_.term) announced_.index = std::max(announced_.index, message.index);
    for (const shop::Tag& tag : message.tags)
        cache_.invalidate(tag, message.index);
    if (copies_ != nullptr) copies_->invalidated(message.tags, message.index);
    return InvalidationAnswer{who_.session};
}

shop::Cache::Ticket Coherence::ticket(const Query& query) const {
    // The cache raises every fence for a new book. Where an item or a topic is named, its own is therefore
    // enough; to ask for the fence of "new" would be to wait for the latest write to any book.
    auto tags = query.tags();
    if (tags.size() > 1) std::erase(tags, shop::new_books_tag());
    return cache_.ticket(tags);
}

bool Coherence::covers(const shop::Cache::Ticket& sent, const Query& query) const {
    const auto wanted = ticket(query);
    return sent.registration == wanted.registration && sent.fence >= wanted.fence;
}

bool Coherence::fill(std::string_view key, const shop::Cache::Ticket& ticket, shop::CachedAnswer answer,
                     base::TimePoint now) {
    return live(now) && cache_.fill(key, ticket, std::move(answer));
}

} // namespace bookstore::roles::frontend
