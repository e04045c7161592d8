#include "ctl/torture/recorder.hpp"

#include <algorithm>

namespace bookstore::ctl::torture {

std::size_t Moments::count(Instant from, Instant to) const {
    const auto first = std::lower_bound(all_.begin(), all_.end(), from);
    return static_cast<std::size_t>(std::upper_bound(first, all_.end(), to) - first);
}

Instant Moments::longest_gap(Instant from, Instant to) const {
    Instant longest = 0;
    auto later = std::upper_bound(all_.begin(), all_.end(), from);
    if (later == all_.begin() && later != all_.end()) ++later;
    for (; later != all_.end() && *(later - 1) < to; ++later)
        longest = std::max(longest, *later - *(later - 1));
    return longest;
}

void Recorder::begin() {
    began = now();
    buys.answered.add(began);
    reads.answered.add(began);
}

void Recorder::finish() {
    ended = now();
    buys.answered.add(ended);
    reads.answered.add(ended);
}

void Recorder::add(std::uint64_t client, Instant call, decltype(history::Operation::what) what, bool known) {
    history::Operation operation;
    operation.client = client;
    operation.call = call;
    if (known) operation.returned = now();
    operation.what = std::move(what);
    history_.push_back(std::move(operation));
}

void Recorder::add_wrong(std::string what) {
    constexpr std::size_t kept_max = 20;
    if (++wrong_count_ <= kept_max) wrong_.push_back(std::move(what));
}

} // namespace bookstore::ctl::torture
