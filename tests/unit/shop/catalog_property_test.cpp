#include <catch2/catch.hpp>

#include <map>
#include <memory>

#include <bookstore/base/random.hpp>
#include <bookstore/shop/catalog_state.hpp>

#include "unit/shop/stored_rows.hpp"

namespace bookstore::shop {
namespace {

/// Commands over few items, keys and instants, so that they meet each other.
class Commands {
public:
    explicit Commands(std::uint64_t seed) : dice_(seed) {}

    CatalogCommand next() {
        ++now_;
        switch (dice_.below(12)) {
        case 0:
            return Update{item(), amount(), dice_.below(2) == 0 ? std::optional(amount()) : std::nullopt};
        case 1:
            return Update{item(), 1 + amount() % 8, std::nullopt};
        case 2:
            return AddBook{book(dice_.below(3) == 0 ? item() : ItemId{0})};
        case 3:
            return Settle{{key(), key(), key()}};
        case 4:
            return forget();
        case 5:
            return stock();
        default:
            return sell();
        }
    }

private:
    ItemId item() { return ItemId{1 + dice_.below(9)}; }
    std::string key() { return "key-" + std::to_string(dice_.below(40)); }
    std::int64_t amount() { return static_cast<std::int64_t>(dice_.below(40)) - 12; }
    /// Two parts at most; the second may hold a book that the first had.
    Stock stock() {
        const std::uint64_t part = dice_.below(2);
        const Book one{item(), "Stocked", "ds", 5, static_cast<std::int64_t>(dice_.below(20))};
        return {part, part == 1 || dice_.below(2) == 0, {one}};
    }
    /// Of most keys, now and then of all.
    ForgetSales forget() {
        ForgetSales forget;
        for (std::uint64_t k = dice_.below(20); k < 40; ++k)
            forget.keys.push_back("key-" + std::to_string(k));
        return forget;
    }
    Book book(ItemId id) {
        const std::string topic = dice_.below(2) == 0 ? "ds" : "gs";
        return {id, "Title " + std::to_string(dice_.below(100)), topic, amount(), 3 + amount()};
    }
    Sell sell() {
        Sell sell{key(), {}, base::WallTime{now_}};
        for (std::uint64_t lines = 1 + dice_.below(3); lines > 0; --lines)
            sell.lines.push_back({item(), 1 + static_cast<std::int64_t>(dice_.below(3))});
        return sell;
    }

    base::Random dice_;
    std::int64_t now_ = 1000;
};

/// What must be in stock, counted from the outcomes alone.
class Ledger {
public:
    void note(const CatalogCommand& command, const CatalogOutcome& outcome) {
        if (const auto* update = std::get_if<Update>(&command); update && std::get_if<Updated>(&outcome))
            copies_[update->item] += update->delta.value_or(0);
        if (const auto* updated = std::get_if<Updated>(&outcome); updated && std::get_if<AddBook>(&command))
            copies_[updated->book.id] += updated->book.stock;
        const auto* sell = std::get_if<Sell>(&command);
        const auto* sold = std::get_if<Sold>(&outcome);
        // A remembered outcome carries the time of the sale that it remembers.
        if (sell == nullptr || sold == nullptr || sold->at != sell->at) return;
        for (const SoldLine& line : sold->lines) {
            copies_[line.item] -= line.quantity;
            sold_[line.item] += line.quantity;
        }
    }
    void note_stocked(const Stock& stock) {
        for (const Book& book : stock.books)
            copies_[book.id] += book.stock;
    }
    void check(const CatalogState& state) const {
        for (const Book* book : state.page(std::nullopt, ItemId{0}, 1000)) {
            CHECK(copies_.at(book->id) == book->stock);
            CHECK((sold_.contains(book->id) ? sold_.at(book->id) : 0) == state.sold(book->id));
        }
    }

private:
    std::map<ItemId, std::int64_t> copies_;
    std::map<ItemId, std::int64_t> sold_;
};

TEST_CASE("machines that apply the same commands agree, reloaded or not", "[shop][catalog][property]") {
    const auto seed = GENERATE(range<std::uint64_t>(1, 31));
    CAPTURE(seed);
    Commands commands(seed);
    base::Random dice(seed);
    CatalogState steady;
    auto restarted = std::make_unique<CatalogState>();
    test::StoredRows rows;
    Ledger ledger;
    std::size_t kinds[std::variant_size_v<CatalogOutcome>] = {};

    for (std::uint64_t version = 1; version <= 1'200; ++version) {
        const CatalogCommand command = commands.next();
        const std::uint64_t parts = steady.next_part();
        const std::string outcome = steady.apply(encode(command), version);
        REQUIRE(restarted->apply(encode(command), version) == outcome);
        REQUIRE(steady.digest() == restarted->digest());

        const CatalogOutcome decoded = decode_catalog_outcome(outcome).value();
        ++kinds[decoded.index()];
        ledger.note(command, decoded);
        if (steady.next_part() != parts) ledger.note_stocked(std::get<Stock>(command));

        if (dice.below(7) == 0) rows.apply(restarted->take_changes());
        if (dice.below(40) == 0) {
            rows.apply(restarted->take_changes());
            restarted = std::make_unique<CatalogState>();
            rows.load_into(*restarted);
            REQUIRE(steady.digest() == restarted->digest());
        }
        if (version % 50 == 0) {
            steady.check_invariants();
            restarted->check_invariants();
            ledger.check(steady);
        }
    }
    CHECK(steady.open());
    CHECK(kinds[CatalogOutcome(Sold{}).index()] > 0);
    CHECK(kinds[CatalogOutcome(OutOfStock{}).index()] > 0);
    CHECK(kinds[CatalogOutcome(KeyReused{}).index()] > 0);
}

TEST_CASE("damaged commands leave a machine whole", "[shop][catalog][property]") {
    Commands commands(77);
    base::Random dice(77);
    CatalogState one;
    CatalogState other;
    for (std::uint64_t version = 1; version <= 5'000; ++version) {
        std::string command = encode(commands.next());
        if (dice.below(2) == 0) command[dice.below(command.size())] ^= static_cast<char>(1 + dice.below(255));
        REQUIRE(one.apply(command, version) == other.apply(command, version));
    }
    CHECK(one.digest() == other.digest());
    one.check_invariants();
}

} // namespace
} // namespace bookstore::shop
