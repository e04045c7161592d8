#pragma once
/// \file
/// What a bench was asked for.
#include <cstdint>
#include <optional>
#include <vector>

#include <bookstore/ctl/options.hpp>

#include "ctl/bench/mix.hpp"

namespace bookstore::ctl::bench {

struct Plan {
    Mix mix{};
    std::size_t clients = 16;
    std::optional<double> rate;            ///< requests a second; none: a closed loop
    std::optional<std::uint64_t> requests; ///< ends after so many, if not before
    base::Duration duration = base::seconds(10);
    base::Duration warm_up = base::seconds(1);
    std::vector<std::int64_t> items; ///< empty: the shop is asked what it has
    std::uint64_t seed = 0;
};

/// Throws UsageError. `seed`: unless one is given.
Plan plan_of(const Options& options, std::uint64_t seed);

} // namespace bookstore::ctl::bench
