#include "consensus/progress.hpp"

#include <algorithm>

namespace bookstore::consensus {

bool Progress::has_room(std::size_t in_flight_max) const {
    switch (mode) {
    case Mode::probe:
        return !probing;
    case Mode::replicate:
        return in_flight.size() < in_flight_max;
    case Mode::snapshot:
        return false;
    }
    return false;
}

void Progress::sent(LogIndex last) {
    if (mode == Mode::probe) {
        probing = true; // `next` stays: nothing is known before the answer
        return;
    }
    in_flight.push_back(last);
    next = last + 1;
}

void Progress::acknowledged(LogIndex index, bool current) {
    match = std::max(match, index);
    next = std::max(next, match + 1);
    std::erase_if(in_flight, [&](LogIndex last) { return last <= match; });
    if (mode == Mode::probe && current) {
        mode = Mode::replicate;
        probing = false;
    }
}

void Progress::probe_from(LogIndex index, std::uint64_t round) {
    mode = Mode::probe;
    next = std::max(index, match + 1);
    probing = false;
    in_flight.clear();
    restarted = round;
}

void Progress::begin_snapshot() {
    mode = Mode::snapshot;
    probing = false;
    in_flight.clear();
}

} // namespace bookstore::consensus
