#pragma once
/// \file
/// What a majority is, and what a majority has reached.
#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

namespace bookstore::consensus {

constexpr std::size_t majority_of(std::size_t voters) {
    return voters / 2 + 1;
}

/// The highest value that a majority has reached, given what each voter has. `values` is not empty.
template <typename T>
T reached_by_majority(std::vector<T> values) {
    const auto nth = values.begin() + static_cast<std::ptrdiff_t>(majority_of(values.size()) - 1);
    std::nth_element(values.begin(), nth, values.end(), std::greater<>{});
    return *nth;
}

} // namespace bookstore::consensus
