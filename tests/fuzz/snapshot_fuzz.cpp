// A state that arrives as a snapshot: damage is named, and never a row that cannot be.
#include <stdexcept>
#include <string>
#include <type_traits>

#include <bookstore/base/hash.hpp>
#include <bookstore/shop/catalog_state.hpp>
#include <bookstore/shop/order_state.hpp>
#include <bookstore/storage/snapshot.hpp>

#include "fuzz/target.hpp"
#include "storage/snapshot_format.hpp"

namespace {

using namespace bookstore;

/// Whether `state` could be filled.
bool fill(base::StateMachine& state, std::string_view snapshot) try {
    storage::SnapshotReader reader(
        "input",
        [rest = snapshot](char* to, std::size_t bytes) mutable {
            const auto got = rest.copy(to, bytes);
            rest.remove_prefix(got);
            return got;
        },
        state.tables());
    while (reader.next_block([&](std::uint8_t table, const base::Row& row) { state.load(table, row); })) {
    }
    INVARIANT(reader.summary().bytes == snapshot.size());
    INVARIANT(reader.summary().digest == state.digest());
    return true;
} catch (const std::runtime_error&) {
    return false;
}

/// libFuzzer does not guess checksums: a snapshot whose only block of rows is `rows`, and all else right.
std::string with_checksums(std::string_view rows, std::span<const base::Table> tables) {
    using namespace storage::snapshot_format;
    std::string bytes;
    storage::SnapshotWriter empty([&](std::string_view piece) { bytes.append(piece); }, tables, {7, 3});
    base::ByteWriter out;
    out.raw(bytes); // the beginning
    out.raw(encode(BlockHead{kind_rows, 1, static_cast<std::uint32_t>(rows.size())}));
    out.raw(rows);
    out.u64(base::hash64(rows));

    std::uint64_t count = 0;
    std::uint64_t digest = 0;
    (void)read_rows(rows, tables, [&](std::uint8_t table, const base::Row& row) {
        ++count;
        digest += base::row_hash(table, row);
    });
    const auto beginning = std::string_view(bytes).substr(magic.size() + sizeof version + head_bytes);
    const auto checksum = fold(0, base::hash64(beginning.substr(0, beginning.size() - hash_bytes)));
    base::ByteWriter end;
    end.varint(count);
    end.u64(digest);
    end.u64(fold(checksum, base::hash64(rows)));
    out.raw(encode(BlockHead{kind_end, 2, static_cast<std::uint32_t>(end.size())}));
    out.raw(end.view());
    out.u64(base::hash64(end.view()));
    return out.take();
}

template <typename State>
void check(std::string_view input, bool rows_alone) {
    State state;
    const auto snapshot = rows_alone ? with_checksums(input, state.tables()) : std::string(input);
    if (!fill(state, snapshot)) return;
    INVARIANT(state.digest() == state.recompute_digest());
    // Whether an order's lines are all there no row of it can tell: that is what the digests are compared
    // for.
    if constexpr (std::is_same_v<State, shop::CatalogState>) state.check_invariants();
}

} // namespace

void fuzz_one(std::string_view input) {
    const auto choice = fuzz::take_choice(input);
    const bool rows_alone = (choice & 2) != 0;
    if ((choice & 1) != 0) return check<shop::CatalogState>(input, rows_alone);
    check<shop::OrderState>(input, rows_alone);
}
