#pragma once
/// \file
/// What both groups' codecs have in common: lines, keys, amounts and times.
#include <string>
#include <vector>

#include <bookstore/base/bytes.hpp>
#include <bookstore/shop/order.hpp>

namespace bookstore::shop {

inline void put(base::ByteWriter& out, ItemId item) {
    out.varint(number(item));
}
inline void put(base::ByteWriter& out, base::WallTime at) {
    out.zigzag(static_cast<std::int64_t>(at));
}
void put(base::ByteWriter& out, const std::vector<Line>& lines);
void put(base::ByteWriter& out, const std::vector<SoldLine>& lines);
void put(base::ByteWriter& out, const std::vector<std::string>& keys);

inline ItemId take_item(base::ByteReader& in) {
    return ItemId{in.varint()};
}
inline base::WallTime take_time(base::ByteReader& in) {
    return base::WallTime{in.zigzag()};
}
inline std::string take_string(base::ByteReader& in) {
    return std::string(in.string());
}

/// More lines than an order may have are damage: `in` fails.
std::vector<Line> take_lines(base::ByteReader& in);
std::vector<SoldLine> take_sold_lines(base::ByteReader& in);
std::vector<std::string> take_keys(base::ByteReader& in);

/// A count of lines, which an order may have, of at least `bytes_each`.
std::size_t take_line_count(base::ByteReader& in, std::size_t bytes_each);

} // namespace bookstore::shop
