#pragma once
/// \file
/// A history cut into those of single items, with all tries of a purchase made one operation.
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <bookstore/history/operation.hpp>

#include "history/effect.hpp"

namespace bookstore::history {

constexpr Instant never = std::numeric_limits<Instant>::max();
constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max(); ///< no position

struct ItemOperation {
    Effect effect;
    Instant call = 0;
    Instant returned = never; ///< took effect before it, if at all
    bool certain = true;      ///< false: may have had no effect; `returned` is `never` then
    std::size_t origin = 0;   ///< position in the history; `nowhere` when it stands for several
};

struct ItemHistory {
    Item item = 0;
    std::vector<ItemOperation> operations;
    std::size_t before = 0; ///< the first one stands for so many; 0: for itself
};

/// In the order of items. `problems` gets what is wrong already: different answers to one key.
std::vector<ItemHistory> split(const History& history, std::vector<std::string>& problems);

} // namespace bookstore::history
