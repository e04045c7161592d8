#include "sim/raft/platter.hpp"

#include <bookstore/base/error.hpp>

namespace bookstore::sim {

using consensus::LogIndex;

void Platter::write(const consensus::Persist& step) {
    if (step.hard_state) hard_state_ = *step.hard_state;
    if (step.truncate_from) {
        INVARIANT(*step.truncate_from > base_ && *step.truncate_from <= last_index());
        entries_.resize(static_cast<std::size_t>(*step.truncate_from - base_ - 1));
    }
    for (const auto& entry : step.append) {
        INVARIANT(entry.index == last_index() + 1);
        entries_.push_back(entry);
    }
    if (step.compact_to) {
        INVARIANT(*step.compact_to > base_ && *step.compact_to <= applied_);
        const auto* last = find(*step.compact_to);
        INVARIANT(last != nullptr);
        base_term_ = last->term;
        entries_.erase(entries_.begin(),
                       entries_.begin() + static_cast<std::ptrdiff_t>(*step.compact_to - base_));
        base_ = *step.compact_to;
        if (step.base_configuration) configuration_ = *step.base_configuration;
    }
}

void Platter::install(LogIndex base, consensus::Term base_term, consensus::Configuration configuration) {
    entries_.clear();
    base_ = applied_ = base;
    base_term_ = base_term;
    configuration_ = std::move(configuration);
}

const consensus::Entry* Platter::find(LogIndex index) const {
    if (index <= base_ || index > last_index()) return nullptr;
    return &entries_[static_cast<std::size_t>(index - base_ - 1)];
}

consensus::Restored Platter::restored() const {
    return {hard_state_, base_, base_term_, entries_, applied_, configuration_};
}

} // namespace bookstore::sim
