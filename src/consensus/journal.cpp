#include "consensus/journal.hpp"

#include <algorithm>

#include <bookstore/base/error.hpp>

namespace bookstore::consensus {

Persist& Journal::open() {
    if (!step_) step_.emplace().sequence = ++sequence_;
    return *step_;
}

void Journal::write(const HardState& hard_state) {
    open().hard_state = hard_state;
    hard_state_sequence_ = sequence_;
}

void Journal::truncate_from(LogIndex index) {
    auto& step = open();
    INVARIANT(step.append.empty()); // a step truncates before it appends
    step.truncate_from = index;
    log_sequence_ = sequence_;
    durable_index_ = std::min(durable_index_, index - 1);
    for (auto& write : outstanding_)
        write.last_index = std::min(write.last_index, index - 1);
}

void Journal::append(Entry entry) {
    open().append.push_back(std::move(entry));
    log_sequence_ = sequence_;
}

void Journal::compact_to(LogIndex index, std::optional<Configuration> base_configuration) {
    auto& step = open();
    step.compact_to = index;
    if (base_configuration) step.base_configuration = std::move(base_configuration);
}

std::optional<Persist> Journal::take(base::TimePoint now) {
    if (step_) {
        const auto last = step_->append.empty() ? LogIndex{} : step_->append.back().index;
        outstanding_.push_back({step_->sequence, last, now});
    }
    return std::exchange(step_, std::nullopt);
}

void Journal::restart_at(LogIndex base) {
    INVARIANT(outstanding_.empty() && !step_);
    durable_index_ = base;
}

void Journal::persisted(std::uint64_t sequence) {
    INVARIANT(sequence <= sequence_);
    durable_sequence_ = std::max(durable_sequence_, sequence);
    while (!outstanding_.empty() && outstanding_.front().sequence <= sequence) {
        durable_index_ = std::max(durable_index_, outstanding_.front().last_index);
        outstanding_.pop_front();
    }
}

std::optional<base::TimePoint> Journal::waiting_since() const {
    if (outstanding_.empty()) return std::nullopt;
    return outstanding_.front().asked;
}

} // namespace bookstore::consensus
