#pragma once
/// \file
/// Is a history one that a correct shop could have given?
///
/// Linearizability (Herlihy and Wing, "Linearizability: a correctness condition for concurrent objects",
/// 1990) is local: a history is linearizable if that of each object is. So it is decided item by item. What
/// an order of several lines does to its items at one moment is looked at for each item alone; that the lines
/// belong together is checked against the order book.
///
/// The search is that of Wing and Gong ("Testing and verifying concurrent objects", 1993) with Lowe's two
/// improvements ("Testing for linearizability", 2017): configurations that were seen are remembered, and an
/// operation is placed only when the return of another asks for it.
///
/// Deterministic: no clock, no dice. Thread: any; all calls are independent.
#include <optional>
#include <string>
#include <vector>

#include <bookstore/history/operation.hpp>

namespace bookstore::history {

enum class Result {
    correct,
    violation,
    undecided, ///< the bound on work was reached, and nothing wrong was found until then
};

struct CheckLimits {
    std::uint64_t configurations_max =
        5'000'000;                 ///< for each item: about a second and 100 MB for each million
    std::size_t findings_max = 20; ///< further ones are only counted
};

/// Why a history of one item cannot be put in order, made as small as it can be made in a bounded time.
/// Numbers are positions in the history that was checked; of tries that were merged, that of the one whose
/// answer counts.
struct CounterExample {
    /// What the item was when all of these began, after operations that are left out.
    struct Start {
        Shown shown;
        std::size_t operations = 0;
    };

    Item item = 0;
    std::optional<Start> start;
    std::vector<std::size_t> prefix; ///< a longest sequence that can be put in order, in that order
    std::size_t misfit = 0;          ///< the operation that fits nowhere
    std::vector<std::size_t> open;   ///< under way when the misfit returned and not in the prefix
};

/// Something that no correct shop does.
struct Finding {
    std::string text; ///< in words, a few lines
    std::optional<CounterExample> counter_example{};
};

struct Report {
    Result result = Result::correct;
    std::vector<Finding> findings;
    std::size_t findings_not_shown = 0;
    std::vector<Item> undecided_items;

    std::size_t operations = 0;
    std::size_t items = 0;
    std::uint64_t configurations = 0; ///< looked at by the search, over all items
};

/// Checks each item's history for linearizability, and that
///  - all answers to one key agree,
///  - one key has one order number, and one number one key,
///  - an order that was answered before another was called has the smaller number,
///  - an order that was answered is found ever after, under its key.
/// With `book`, which must have been read once the shop was quiet after the history: unknown purchases are
/// resolved first, and the book must have the numbers 1 to n without gaps, no key twice, and every order that
/// was answered with the lines and costs that were answered.
Report check(const History& history, const std::optional<OrderBook>& book = std::nullopt,
             const CheckLimits& limits = {});

/// What the book says about purchases whose outcome is unknown: those in it took effect (bought, no return),
/// those not in it did not (refused). But where another try of the key was told that too little was left, or
/// that there is no such item, the unknown ones stay so: the refusal is remembered, and may be as old as the
/// first of them.
History resolve(History history, const OrderBook& book);

} // namespace bookstore::history
