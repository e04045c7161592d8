#pragma once
/// \file
/// What the catalog group replicates. Commands carry everything that they need of the world.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <bookstore/base/error.hpp>
#include <bookstore/base/time.hpp>
#include <bookstore/shop/order.hpp>

namespace bookstore::shop {

/// Part of the first catalogue: loads books into a shop that is not yet open; the last part opens it. Ignored
/// by an open shop, so that two leaders in a row may both try.
struct Stock {
    std::uint64_t part = 0; ///< 0, 1, 2, ...: a part out of turn is ignored
    bool last = false;
    std::vector<Book> books; ///< with their ids
};

/// Takes all lines from the shelf, or none, once per key; remembers the outcome with the prices.
struct Sell {
    std::string key;
    std::vector<Line> lines;
    base::WallTime at{};
};

/// Changes stock by `delta`, sets `cost`, or both.
struct Update {
    ItemId item{};
    std::optional<std::int64_t> delta;
    std::optional<std::int64_t> cost;
};

/// A new book. `id` 0 takes the next free one.
struct AddBook {
    Book book;
};

/// These sales stand in the order book.
struct Settle {
    std::vector<std::string> keys;
};

/// Forgets what was settled, or refused, before `before`: their keys are new again.
struct ForgetSales {
    base::WallTime before{};
};

using CatalogCommand = std::variant<Stock, Sell, Update, AddBook, Settle, ForgetSales>;

/// All lines were taken. Given again, unchanged, for the same key.
struct Sold {
    std::vector<SoldLine> lines;
    std::int64_t total = 0;
    base::WallTime at{};
};
struct Shortage {
    ItemId item{};
    std::int64_t stock = 0;
    auto operator<=>(const Shortage&) const = default;
};
/// Nothing was taken: these items have fewer copies than asked for.
struct OutOfStock {
    std::vector<Shortage> items;
};
struct UnknownItem {
    ItemId item{};
};
/// The key stands for a purchase with other lines.
struct KeyReused {};
/// The book after the change.
struct Updated {
    Book book;
};
/// Stock would fall below zero, or an amount grow beyond its bound: nothing changed.
struct UpdateRefused {
    Book book;
};
/// AddBook: that id is on the shelf already.
struct IdTaken {};
struct Done {};
/// Not a command that this version knows.
struct Unintelligible {};
/// The shop is not open yet.
struct NotOpen {};

using CatalogOutcome = std::variant<Done, Sold, OutOfStock, UnknownItem, KeyReused, Updated, UpdateRefused, IdTaken,
                                    Unintelligible, NotOpen>;

std::string encode(const CatalogCommand& command);
std::string encode(const CatalogOutcome& outcome);
base::result<CatalogCommand> decode_catalog_command(std::string_view bytes);
base::result<CatalogOutcome> decode_catalog_outcome(std::string_view bytes);

} // namespace bookstore::shop
