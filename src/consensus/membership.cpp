#include "consensus/membership.hpp"

#include <algorithm>
#include <utility>

#include <bookstore/base/error.hpp>
#include <bookstore/consensus/message.hpp>

namespace bookstore::consensus {

void Membership::appended(const Entry& entry) {
    if (entry.kind != EntryKind::configuration) return;
    auto configuration = decode_configuration(*entry.payload);
    INVARIANT(configuration.has_value()); // checksummed on disk and on the wire: only a bug can break it
    changes_.push_back({entry.index, std::move(*configuration)});
}

void Membership::truncate_from(LogIndex index) {
    while (!changes_.empty() && changes_.back().index >= index)
        changes_.pop_back();
}

std::optional<Configuration> Membership::compact_to(LogIndex index) {
    bool changed = false;
    for (; !changes_.empty() && changes_.front().index <= index; changed = true) {
        base_ = std::move(changes_.front().configuration);
        changes_.pop_front();
    }
    return changed ? std::optional(base_) : std::nullopt;
}

void Membership::restart_at(Configuration base) {
    changes_.clear();
    base_ = std::move(base);
}

const Configuration& Membership::at(LogIndex index) const {
    const auto later = std::find_if(changes_.begin(), changes_.end(),
                                    [&](const Change& change) { return change.index > index; });
    return later == changes_.begin() ? base_ : std::prev(later)->configuration;
}

bool Membership::may_be_voter(NodeId node, LogIndex commit) const {
    return at(commit).has_voter(node) ||
           std::any_of(changes_.begin(), changes_.end(), [&](const Change& change) {
               return change.index > commit && change.configuration.has_voter(node);
           });
}

bool Membership::ever_had(NodeId node) const {
    return base_.contains(node) || std::any_of(changes_.begin(), changes_.end(), [&](const Change& change) {
               return change.configuration.contains(node);
           });
}

} // namespace bookstore::consensus
