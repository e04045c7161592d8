#pragma once
/// \file
/// What became of each purchase, by key, for as long as it is remembered.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/base/table.hpp>
#include <bookstore/shop/catalog_command.hpp>
#include <bookstore/shop/catalog_state.hpp>

#include "shop/sale_text.hpp"
#include "shop/string_hash.hpp"

namespace bookstore::shop {

/// Thread: the loop.
class Sales {
public:
    struct Remembered {
        std::vector<Line> asked;
        CatalogOutcome outcome; ///< Sold or OutOfStock
    };

    std::optional<Remembered> find(std::string_view key) const;
    /// As CatalogState::unsettled.
    std::vector<UnsettledSale> unsettled(std::uint64_t until, std::size_t limit) const;
    std::size_t unsettled_count() const { return unsettled_.size(); }
    /// As CatalogState::closed.
    std::vector<std::string> closed(std::uint64_t until, std::size_t limit) const;

    /// Of a row of the table of sales.
    static bool is_settled(const base::Row& row);
    static void unsettle(base::Row& row);

    /// A command of `version` is about to be applied. Before any of those below.
    void reached(std::uint64_t version);
    /// `key` is new.
    void add_sold(const std::string& key, const Sold& sold, std::uint64_t version);
    void add_refused(const std::string& key, base::WallTime at, const std::vector<RefusedLine>& lines,
                     std::uint64_t version);
    /// Nothing happens unless `key` stands for a sale that is unsettled.
    void settle(std::string_view key, std::uint64_t version);
    /// Nothing happens unless `key` stands for a sale that is settled or refused.
    void forget(std::string_view key);

    void clear();
    void load(const base::Row& row);
    void take_changes(std::vector<base::RowChange>& into);
    std::uint64_t digest() const { return digest_; }
    std::uint64_t recompute_digest() const;
    /// Aborts as CatalogState's does; returns the copies sold by item, for the shelf's own count.
    std::map<ItemId, std::int64_t> check_invariants() const;

private:
    enum class State : std::uint8_t { sold, settled, refused };
    /// As in the table: parsed only for a key that comes again, and so the same to the byte after a reload.
    struct Sale {
        base::WallTime at{};
        State state = State::sold;
        std::int64_t total = 0;
        std::string lines;
        std::uint64_t since = 0; ///< version that made the state what it is; 0: loaded. Not in the row
    };
    /// Oldest first. The key is the map's own.
    struct Dated {
        std::uint64_t since = 0;
        std::string_view key;
        auto operator<=>(const Dated&) const = default;
    };
    using ByAge = std::set<Dated>;

    static std::string_view name(State state);
    static base::Row row_of(std::string_view key, const Sale& sale);
    static std::uint64_t hash_of(std::string_view key, const Sale& sale);
    static Sold sold_of(const Sale& sale);
    static Remembered recall(const Sale& sale);
    ByAge& index_of(State state) { return state == State::sold ? unsettled_ : closed_; }
    void put(const std::string& key, Sale sale);

    StringMap<Sale> sales_;
    ByAge unsettled_;
    ByAge closed_;                               ///< settled or refused: may be forgotten
    std::set<std::string, std::less<>> changed_; ///< keys, since take_changes
    std::uint64_t digest_ = 0;
    std::uint64_t first_version_ = 0; ///< applied since the load; 0: none yet
};

} // namespace bookstore::shop
