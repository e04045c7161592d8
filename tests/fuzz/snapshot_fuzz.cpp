// A state that arrives as a snapshot: damage is named, and never a row that cannot be.
#include <stdexcept>
#include <string>

#include <bookstore/base/hash.hpp>
#include <bookstore/shop/catalog_state.hpp>
#include <bookstore/shop/order_state.hpp>

#include "fuzz/target.hpp"
#include "storage/snapshot.hpp"

namespace {

using namespace bookstore;

/// Whether `state` could be filled.
bool fill(base::StateMachine& state, std::string_view snapshot) try {
    storage::read_snapshot(snapshot, state.tables(),
                           [&](std::uint8_t table, const base::Row& row) { state.load(table, row); });
    return true;
} catch (const std::runtime_error&) {
    return false;
}

template <typename State>
void check(std::string_view snapshot) {
    State state;
    if (!fill(state, snapshot)) return;
    INVARIANT(state.digest() == state.recompute_digest());
    state.check_invariants();
}

/// libFuzzer does not guess hashes.
std::string with_hash(std::string_view body) {
    base::ByteWriter out;
    out.raw(body);
    out.u64(base::hash64(body));
    return out.take();
}

} // namespace

void fuzz_one(std::string_view input) {
    const auto choice = fuzz::take_choice(input);
    const std::string snapshot = (choice & 2) != 0 ? with_hash(input) : std::string(input);
    if ((choice & 1) != 0) return check<shop::CatalogState>(snapshot);
    check<shop::OrderState>(snapshot);
}
