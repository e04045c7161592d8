#include "net/pending_calls.hpp"

namespace bookstore::net {

using base::Errc;

PendingCalls::PendingCalls(base::Scheduler& scheduler) : scheduler_(scheduler) {}

PendingCalls::~PendingCalls() {
    fail_all(UINT64_MAX);
}

void PendingCalls::add(std::uint64_t id, Answer answer, base::TimePoint deadline, std::uint64_t frame_end) {
    calls_.emplace(id, Call{std::move(answer), deadline, frame_end});
    deadlines_.emplace(deadline, id);
    if (!timer_ || deadline < armed_for_) arm();
}

void PendingCalls::complete(std::uint64_t id, base::result<std::string> answer) {
    const auto found = calls_.find(id);
    if (found == calls_.end()) return;
    found->second.answer.set(std::move(answer));
    deadlines_.erase({found->second.deadline, id});
    calls_.erase(found); // the timer stays: it looks again when it fires
}

void PendingCalls::fail_all(std::uint64_t begun_bytes) {
    timer_.reset();
    deadlines_.clear();
    for (const auto& [id, call] : std::exchange(calls_, {}))
        call.answer.set(call.frame_end <= begun_bytes ? Errc::connection_lost : Errc::unreachable);
}

void PendingCalls::arm() {
    armed_for_ = deadlines_.begin()->first;
    timer_ = scheduler_.at(armed_for_, [this] { expire(); });
}

void PendingCalls::expire() {
    timer_.reset();
    const auto now = scheduler_.now();
    while (!deadlines_.empty() && deadlines_.begin()->first <= now)
        complete(deadlines_.begin()->second, Errc::timed_out);
    if (!deadlines_.empty()) arm();
}

} // namespace bookstore::net
