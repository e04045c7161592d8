#pragma once
/// \file
/// The header Server-Timing (W3C): which part of a request's time was spent where.
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/base/time.hpp>

namespace bookstore::net {

/// One metric of the header. Of its parameters only `dur` is kept; a metric without one is not.
struct Timing {
    std::string name; ///< a token
    base::Duration time{};

    bool operator==(const Timing&) const = default;
};

/// "frontend;dur=0.412, catalog;dur=0.004": milliseconds with three decimals, rounded.
std::string to_server_timing(const std::vector<Timing>& timings);

/// What of `header` is understood, at most 16 metrics. Never throws: the rest is left out.
std::vector<Timing> parse_server_timing(std::string_view header);

} // namespace bookstore::net
