#include "storage/snapshot.hpp"

#include <stdexcept>

#include <bookstore/base/hash.hpp>

namespace bookstore::storage {
namespace {

using base::ByteReader;
using base::ByteWriter;
using base::ColumnType;

constexpr std::string_view magic = "BKSTATE\n";
constexpr std::uint32_t format_version = 1;
constexpr std::size_t hash_bytes = 8;
constexpr std::uint8_t end_of_rows = 0xff; // no table has this number

[[noreturn]] void refuse(const std::string& why) {
    throw std::runtime_error("snapshot: " + why);
}

std::string describe(std::span<const base::Table> tables) {
    ByteWriter out;
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

base::Row read_row(ByteReader& in, const base::Table& table) {
    base::Row row;
    row.reserve(table.columns.size());
    for (const base::Column& column : table.columns) {
        if (column.type == ColumnType::integer)
            row.emplace_back(in.zigzag());
        else
            row.emplace_back(std::string(in.string()));
    }
    return row;
}

} // namespace

SnapshotWriter::SnapshotWriter(std::span<const base::Table> tables, StateStore::Position position) {
    out_.raw(magic);
    out_.u32(format_version);
    out_.string(describe(tables));
    out_.u64(position.index);
    out_.u64(position.term);
}

void SnapshotWriter::add(std::uint8_t table, const base::Row& row) {
    out_.u8(table);
    for (const base::Value& value : row) {
        if (const auto* number = std::get_if<std::int64_t>(&value))
            out_.zigzag(*number);
        else
            out_.string(std::get<std::string>(value));
    }
}

std::string SnapshotWriter::finish() {
    out_.u8(end_of_rows);
    out_.u64(base::hash64(out_.view()));
    return out_.take();
}

StateStore::Position
read_snapshot(std::string_view snapshot, std::span<const base::Table> tables,
              const std::function<void(std::uint8_t table, const base::Row& row)>& visit) {
    if (!snapshot.starts_with(magic) || snapshot.size() < magic.size() + hash_bytes) refuse("not a snapshot");
    const auto content = snapshot.substr(0, snapshot.size() - hash_bytes);
    if (ByteReader(snapshot.substr(content.size())).u64() != base::hash64(content))
        refuse("damaged: it does not match its hash");

    ByteReader in(content.substr(magic.size()));
    if (const auto version = in.u32(); version != format_version)
        refuse("format version " + std::to_string(version) + " is not known");
    if (in.string() != describe(tables)) refuse("of other tables than this program's");
    StateStore::Position position;
    position.index = in.u64();
    position.term = in.u64();
    while (!in.failed()) {
        const std::uint8_t table = in.u8();
        if (in.failed() || table == end_of_rows) break;
        if (table >= tables.size()) refuse("damaged: a row of a table that is not");
        const auto row = read_row(in, tables[table]);
        if (!in.failed()) visit(table, row);
    }
    if (!in.complete()) refuse("damaged: it ends too early or too late");
    return position;
}

} // namespace bookstore::storage
