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

    bool operator==(const Stock&) const = default;
};

/// Takes all lines from the shelf, or none, once per key; remembers the outcome with the prices.
struct Sell {
    std::string key;
    std::vector<Line> lines;
    base::WallTime at{};

    bool operator==(const Sell&) const = default;
};

/// Changes stock by `delta`, sets `cost`, or both.
struct Update {
    ItemId item{};
    std::optional<std::int64_t> delta;
    std::optional<std::int64_t> cost;

    bool operator==(const Update&) const = default;
};

/// A new book. `id` 0 takes the next free one.
struct AddBook {
    Book book;

    bool operator==(const AddBook&) const = default;
};

/// These sales stand in the order book.
struct Settle {
    std::vector<std::string> keys;

    bool operator==(const Settle&) const = default;
};

/// Forgets those of these sales that are settled or refused: their keys are new again.
struct ForgetSales {
    std::vector<std::string> keys;

    bool operator==(const ForgetSales&) const = default;
};

using CatalogCommand = std::variant<Stock, Sell, Update, AddBook, Settle, ForgetSales>;

/// All lines were taken. Given again, unchanged, for the same key.
struct Sold {
    std::vector<SoldLine> lines;
    std::int64_t total = 0;
    base::WallTime at{};

    bool operator==(const Sold&) const = default;
};
struct Shortage {
    ItemId item{};
    std::int64_t stock = 0;
    auto operator<=>(const Shortage&) const = default;
};
/// Nothing was taken: these items have fewer copies than asked for, in the order of the lines. Remembered
/// like a sale: given again for the same key, whatever comes to the shelf meanwhile.
struct OutOfStock {
    std::vector<Shortage> items;

    bool operator==(const OutOfStock&) const = default;
};
/// Of the first such line. What a purchase is told of it is remembered like a sale: else one that was told so
/// could still be sold, by an earlier try of it that arrives when the item has come.
struct UnknownItem {
    ItemId item{};

    bool operator==(const UnknownItem&) const = default;
};
/// The key stands for a purchase with other lines.
struct KeyReused {
    bool operator==(const KeyReused&) const = default;
};
/// The book after the change.
struct Updated {
    Book book;

    bool operator==(const Updated&) const = default;
};
/// Stock would fall below zero, or an amount grow beyond its bound: nothing changed.
struct UpdateRefused {
    Book book;

    bool operator==(const UpdateRefused&) const = default;
};
/// AddBook: that id is on the shelf already.
struct IdTaken {
    bool operator==(const IdTaken&) const = default;
};
struct Done {
    bool operator==(const Done&) const = default;
};
/// Not a command that this version knows, or one that its proposer should have refused: nothing changed.
struct Unintelligible {
    bool operator==(const Unintelligible&) const = default;
};
/// The shop is not open yet.
struct NotOpen {
    bool operator==(const NotOpen&) const = default;
};

using CatalogOutcome = std::variant<Done, Sold, OutOfStock, UnknownItem, KeyReused, Updated, UpdateRefused,
                                    IdTaken, Unintelligible, NotOpen>;

/// Decoding takes no more memory than a small multiple of the input, whatever counts the input claims;
/// Errc::corrupt when it is not what encode() gives.
std::string encode(const CatalogCommand& command);
std::string encode(const CatalogOutcome& outcome);
base::result<CatalogCommand> decode_catalog_command(std::string_view bytes);
base::result<CatalogOutcome> decode_catalog_outcome(std::string_view bytes);

} // namespace bookstore::shop
