#pragma once
/// \file
/// The lines of a remembered sale as text: what the sales table holds, and what memory holds.
/// A line each, so that a title, which has no control characters, needs no escapes:
///     sold        "<item> x <quantity> @ <cost> <title>"
///     refused     "<item> x <quantity>, <stock> left" when it was short, "<item> x <quantity>, unknown" when
///                 there was no such item, else "<item> x <quantity>"
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/shop/catalog_command.hpp>

namespace bookstore::shop {

/// A line of a purchase that was refused, and whether it was for this one.
struct RefusedLine {
    Line line;
    std::optional<std::int64_t> left = {}; ///< the stock, if that was less than asked for
    bool unknown = false;                  ///< there was no such item

    bool operator==(const RefusedLine&) const = default;
};

std::string to_text(const std::vector<SoldLine>& lines);
std::string to_text(const std::vector<RefusedLine>& lines);

/// Nothing unless `text` is what to_text() gives for some lines.
std::optional<std::vector<SoldLine>> parse_sold_lines(std::string_view text);
std::optional<std::vector<RefusedLine>> parse_refused_lines(std::string_view text);

} // namespace bookstore::shop
