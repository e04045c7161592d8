#include "storage/snapshot_format.hpp"

#include <bookstore/base/hash.hpp>

namespace bookstore::storage::snapshot_format {
namespace {

base::Row read_row(base::ByteReader& in, const base::Table& table) {
    base::Row row;
    row.reserve(table.columns.size());
    for (const base::Column& column : table.columns) {
        if (column.type == base::ColumnType::integer)
            row.emplace_back(in.zigzag());
        else
            row.emplace_back(std::string(in.string()));
    }
    return row;
}

} // namespace

std::string encode(const BlockHead& head) {
    base::ByteWriter out;
    out.u8(head.kind);
    out.u64(head.number);
    out.u32(head.payload_bytes);
    out.u32(base::checksum32(out.view()));
    return out.take();
}

bool decode(std::string_view bytes, BlockHead& head) {
    base::ByteReader in(bytes);
    head.kind = in.u8();
    head.number = in.u64();
    head.payload_bytes = in.u32();
    const auto checksum = in.u32();
    return in.complete() && checksum == base::checksum32(bytes.substr(0, head_bytes - sizeof checksum));
}

std::uint64_t fold(std::uint64_t checksum, std::uint64_t block_hash) {
    base::ByteWriter both;
    both.u64(checksum);
    both.u64(block_hash);
    return base::hash64(both.view());
}

std::string describe(std::span<const base::Table> tables) {
    base::ByteWriter out;
    out.varint(tables.size());
    for (const base::Table& table : tables) {
        out.string(table.name);
        out.varint(table.columns.size());
        for (const base::Column& column : table.columns) {
            out.string(column.name);
            out.u8(static_cast<std::uint8_t>(column.type));
        }
    }
    return out.take();
}

void write_row(base::ByteWriter& out, std::uint8_t table, const base::Row& row) {
    out.u8(table);
    for (const base::Value& value : row) {
        if (const auto* number = std::get_if<std::int64_t>(&value))
            out.zigzag(*number);
        else
            out.string(std::get<std::string>(value));
    }
}

bool read_rows(std::string_view rows, std::span<const base::Table> tables,
               const std::function<void(std::uint8_t table, const base::Row& row)>& visit) {
    base::ByteReader in(rows);
    while (in.remaining() > 0) {
        const std::uint8_t table = in.u8();
        if (table >= tables.size()) return false;
        const auto row = read_row(in, tables[table]);
        if (in.failed()) return false;
        visit(table, row);
    }
    return in.complete();
}

} // namespace bookstore::storage::snapshot_format
