#pragma once
/// \file
/// The tries of a purchase, made one: what they say together of what became of it, and when.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/history/operation.hpp>

#include "history/item_history.hpp"

namespace bookstore::history {

struct Purchase {
    Instant call = never;     ///< of the first try that may have had an effect
    Instant returned = never; ///< the first answer that says what became of it
    std::size_t origin = 0;   ///< that answer's try, or else the first one
    Buy buy;                  ///< of `origin`: bought, out_of_stock, unknown_item or unknown
};

/// By key. Tries that certainly had no effect are no part of it; a purchase without others is missing.
/// `problems` gets the keys with answers that contradict each other.
std::map<std::string_view, Purchase> merge_tries(const History& history, std::vector<std::string>& problems);

} // namespace bookstore::history
