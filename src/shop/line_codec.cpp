#include "shop/line_codec.hpp"

#include <bookstore/base/limits.hpp>

namespace bookstore::shop {

void put(base::ByteWriter& out, const std::vector<Line>& lines) {
    out.varint(lines.size());
    for (const Line& line : lines) {
        put(out, line.item);
        out.zigzag(line.quantity);
    }
}

void put(base::ByteWriter& out, const std::vector<SoldLine>& lines) {
    out.varint(lines.size());
    for (const SoldLine& line : lines) {
        put(out, line.item);
        out.string(line.title);
        out.zigzag(line.quantity);
        out.zigzag(line.cost);
    }
}

void put(base::ByteWriter& out, const std::vector<std::string>& keys) {
    out.varint(keys.size());
    for (const std::string& key : keys)
        out.string(key);
}

std::size_t take_line_count(base::ByteReader& in, std::size_t bytes_each) {
    const std::size_t count = in.count(bytes_each);
    if (count <= base::limits::lines_per_order_max) return count;
    in.fail();
    return 0;
}

std::vector<Line> take_lines(base::ByteReader& in) {
    std::vector<Line> lines(take_line_count(in, 2));
    for (Line& line : lines) {
        line.item = take_item(in);
        line.quantity = in.zigzag();
    }
    return lines;
}

std::vector<SoldLine> take_sold_lines(base::ByteReader& in) {
    std::vector<SoldLine> lines(take_line_count(in, 4));
    for (SoldLine& line : lines) {
        line.item = take_item(in);
        line.title = in.string();
        line.quantity = in.zigzag();
        line.cost = in.zigzag();
    }
    return lines;
}

std::vector<std::string> take_keys(base::ByteReader& in) {
    // An empty key is one byte and 32 in memory: still a small multiple of an input that is bounded itself.
    std::vector<std::string> keys(in.count());
    for (std::string& key : keys)
        key = in.string();
    return keys;
}

} // namespace bookstore::shop
