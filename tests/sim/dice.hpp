#pragma once
/// \file
/// How a simulation draws lots: times, chances and choices, all from one seed.
#include <initializer_list>

#include <bookstore/base/random.hpp>
#include <bookstore/base/time.hpp>

namespace bookstore::sim {

/// A time between two bounds, mostly near the first.
struct Span {
    base::Duration least{};
    base::Duration most{};
};

inline bool one_in(base::Random& random, std::uint64_t n) { ///< true once in `n`; never for 0
    return n != 0 && random.below(n) == 0;
}

inline base::Duration draw(base::Random& random, Span span) {
    const auto width = static_cast<std::uint64_t>((span.most - span.least).count()) + 1;
    auto extra = random.below(width);
    if (!one_in(random, 8)) extra /= 8; // the far end is rare
    return span.least + base::Duration(extra);
}

template <typename T>
T pick(base::Random& random, std::initializer_list<T> from) {
    return from.begin()[random.below(from.size())];
}

/// How often something happens, on average; never when zero.
using Every = base::Duration;

/// Half of the seeds know this kind of fault.
inline Every sometimes(base::Random& random, base::Duration often, base::Duration seldom) {
    if (one_in(random, 2)) return {};
    return often + base::Duration(random.below(static_cast<std::uint64_t>((seldom - often).count())));
}

} // namespace bookstore::sim
