#pragma once
/// \file
/// What clients of a shop did and saw, and when: the material of the checks in check.hpp.
///
/// A history begins with empty shelves. What was there before it is told by adds that returned before
/// anything else was called.
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace bookstore::history {

/// Nanoseconds on the one monotonic clock of whoever recorded the history.
using Instant = std::int64_t;
using Item = std::uint64_t;

/// What a reader sees of a book.
struct Shown {
    std::int64_t stock = 0;
    std::int64_t cost = 0;

    bool operator==(const Shown&) const = default;
};

struct BuyLine {
    Item item = 0;
    std::int64_t quantity = 1;
    std::int64_t cost = 0; ///< of one copy; known when it was bought

    bool operator==(const BuyLine&) const = default;
};

/// An item that an order was refused for, and what was left of it.
struct Shortage {
    Item item = 0;
    std::int64_t stock = 0;

    bool operator==(const Shortage&) const = default;
};

/// One try of a purchase. All tries of one purchase have its key.
struct Buy {
    enum class Outcome {
        bought,       ///< without a return: took effect, and it is not known when
        out_of_stock, ///< and remembered as such for this key
        unknown_item,
        refused, ///< this try certainly had no effect
        unknown, ///< may have taken effect, or take it yet
    };

    std::string key;
    std::vector<BuyLine> lines;
    Outcome outcome = Outcome::unknown;
    std::uint64_t order = 0;           ///< bought: its number; 0 when it was not told
    std::vector<Shortage> shortages{}; ///< out_of_stock: as far as they were told

    bool operator==(const Buy&) const = default;
};

/// One book of an answer; an answer that shows several is several reads.
struct Read {
    Item item = 0;
    std::optional<Shown> shown{}; ///< none: there was no such book
    std::uint64_t version = 0;    ///< 0: not told
    std::string source{};         ///< "cache", "replica 2"; for people

    bool operator==(const Read&) const = default;
};

struct Update {
    enum class Outcome { done, refused, unknown_item, unknown };

    Item item = 0;
    std::optional<std::int64_t> delta{}; ///< copies more or less
    std::optional<std::int64_t> cost{};  ///< the new cost
    Outcome outcome = Outcome::unknown;
    std::optional<Shown> after{}; ///< done: the book after it, when told

    bool operator==(const Update&) const = default;
};

struct Add {
    enum class Outcome { done, unknown };

    Item item = 0; ///< 0: not known, because the shop gives the numbers and nothing came back
    Shown shown{};
    Outcome outcome = Outcome::unknown;

    bool operator==(const Add&) const = default;
};

/// A look at the order book.
struct ReadOrder {
    std::uint64_t order = 0;
    bool found = false;
    std::string key{}; ///< of the order found

    bool operator==(const ReadOrder&) const = default;
};

struct Operation {
    std::uint64_t client = 0;
    Instant call = 0;
    std::optional<Instant> returned{}; ///< none: no answer that says what happened
    std::variant<Buy, Read, Update, Add, ReadOrder> what{};

    bool operator==(const Operation&) const = default;
};

/// In any order.
using History = std::vector<Operation>;

/// An order as the book has it.
struct BookedOrder {
    std::uint64_t number = 0;
    std::string key;
    std::vector<BuyLine> lines;

    bool operator==(const BookedOrder&) const = default;
};

/// All orders there are, in any order.
using OrderBook = std::vector<BookedOrder>;

} // namespace bookstore::history
