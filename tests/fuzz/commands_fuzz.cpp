// Commands out of a log: whatever they are, a state machine takes them, keeps its invariants, and comes back
// from its rows as it was.
#include <bookstore/base/bytes.hpp>
#include <bookstore/shop/catalog_state.hpp>
#include <bookstore/shop/default_catalog.hpp>
#include <bookstore/shop/order_state.hpp>

#include "fuzz/target.hpp"

namespace {

using namespace bookstore;

constexpr std::size_t commands_max = 32;

template <typename Decode>
void canonical(Decode decode, std::string_view bytes) {
    const auto decoded = decode(bytes);
    if (decoded) INVARIANT(shop::encode(*decoded) == bytes);
}

template <typename State>
void run(State& state, std::string_view input) {
    base::ByteReader in(input);
    for (std::size_t n = 0; n < commands_max && !in.complete(); ++n) {
        const auto command = in.string();
        if (in.failed()) break;
        state.apply(command, n + 1);
        INVARIANT(state.digest() == state.recompute_digest());
    }
    state.check_invariants();
}

} // namespace

void fuzz_one(std::string_view input) {
    switch (fuzz::take_choice(input) % 6) {
    case 0: {
        shop::CatalogState state;
        state.apply(shop::CatalogCommand{shop::Stock{0, true, shop::default_catalog()}});
        return run(state, input);
    }
    case 1: {
        shop::OrderState state;
        return run(state, input);
    }
    case 2:
        return canonical(shop::decode_catalog_command, input);
    case 3:
        return canonical(shop::decode_catalog_outcome, input);
    case 4:
        return canonical(shop::decode_order_command, input);
    default:
        return canonical(shop::decode_order_outcome, input);
    }
}
