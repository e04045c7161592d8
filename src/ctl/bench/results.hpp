#pragma once
/// \file
/// What a bench has measured.
#include <array>
#include <cstdint>

#include <boost/json/object.hpp>

#include <bookstore/ctl/text_table.hpp>

#include "ctl/bench/histogram.hpp"
#include "ctl/bench/plan.hpp"

namespace bookstore::ctl::bench {

/// How one kind of request went.
struct DeedResults {
    Histogram latency; ///< of what was answered
    std::uint64_t cached = 0;
    std::uint64_t sold_out = 0;
    std::uint64_t refused = 0; ///< 503: overloaded, or not to be settled in time
    std::uint64_t failed = 0;  ///< no answer, or another one than there may be

    std::uint64_t answered() const { return latency.count(); }
    std::uint64_t all() const { return answered() + refused + failed; }
    void add(const DeedResults& other);
};

struct Results {
    std::array<DeedResults, deeds> of;
    std::uint64_t unsent = 0;  ///< in an open loop: due, but no client had time for it before the end
    base::Duration measured{}; ///< what the rates count over: without the warm-up

    DeedResults& at(Deed deed) { return of[static_cast<std::size_t>(deed)]; }
    const DeedResults& at(Deed deed) const { return of[static_cast<std::size_t>(deed)]; }
    DeedResults total() const;
};

std::string in_text(const Plan& plan, const Results& results, const Style& style);
/// Latencies in microseconds.
boost::json::object in_json(const Plan& plan, const Results& results);

} // namespace bookstore::ctl::bench
