#pragma once
/// \file
/// What became of each purchase, by key, for as long as it is remembered.
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/base/state_machine.hpp>
#include <bookstore/base/table.hpp>
#include <bookstore/shop/catalog_command.hpp>
#include <bookstore/shop/catalog_state.hpp>

#include "shop/key_index.hpp"
#include "shop/keyed_text.hpp"
#include "shop/sale_text.hpp"

namespace bookstore::shop {

/// Thread: the loop.
class Sales {
public:
    struct Remembered {
        std::vector<Line> asked;
        CatalogOutcome outcome; ///< Sold, OutOfStock or UnknownItem
    };

    std::optional<Remembered> find(std::string_view key) const;
    /// As CatalogState::unsettled.
    std::vector<UnsettledSale> unsettled(std::uint64_t until, std::size_t limit) const;
    std::size_t count() const { return by_key_.size(); }
    std::size_t unsettled_count() const { return unsettled_.size(); }
    /// As CatalogState::closed.
    std::vector<std::string> closed(std::uint64_t until, std::size_t limit) const;
    /// The number of the sale made last, remembered or not.
    std::uint64_t last_number() const { return last_number_; }

    /// Of a row of the table of sales.
    static std::string_view key_of(const base::Row& row);
    static bool is_settled(const base::Row& row);
    static void unsettle(base::Row& row);

    /// A command of `version` is about to be applied. Before any of those below.
    void reached(std::uint64_t version);
    /// `key` is new.
    void add_sold(std::string_view key, const Sold& sold, std::uint64_t version);
    void add_refused(std::string_view key, base::WallTime at, const std::vector<RefusedLine>& lines,
                     std::uint64_t version);
    /// Nothing happens unless `key` stands for a sale that is unsettled.
    void settle(std::string_view key, std::uint64_t version);
    /// Nothing happens unless `key` stands for a sale that is settled or refused.
    void forget(std::string_view key);

    /// Rows come in the order of their numbers.
    void load(const base::Row& row);
    /// After them; not below the last of theirs.
    void load_last_number(std::uint64_t number) { last_number_ = number; }
    void take_changes(base::RowChanges& into);
    std::size_t changed_rows() const { return changed_.size(); }
    std::uint64_t digest() const { return digest_; }
    std::uint64_t recompute_digest() const;
    /// Aborts as CatalogState's does; returns the copies sold by item, for the shelf's own count.
    std::map<ItemId, std::int64_t> check_invariants() const;

private:
    enum class State : std::uint8_t { sold, settled, refused, forgotten };
    struct Sale;
    /// Oldest first: who changes its state goes to the end of another.
    using ByAge = std::list<Sale>;
    /// As in the table: parsed only for a key that comes again, and so the same to the byte after a reload.
    struct Sale {
        std::uint64_t number = 0;
        base::WallTime at{};
        std::int64_t total = 0;
        std::uint64_t since = 0; ///< version that made the state what it is; 0: loaded. Not in the row
        std::uint64_t hash = 0;  ///< of the row, as it stands in the digest
        KeyedText text;          ///< with the lines
        State state = State::sold;
        bool changed = false;    ///< since take_changes
        ByAge::iterator place{}; ///< of this one

        std::string_view key() const { return text.key(); }
        std::string_view lines() const { return text.text(); }
    };

    static std::string_view name(State state);
    template <typename Give>
    static auto give_row(const Sale& sale, Give give);
    static std::uint64_t hash_of(base::RowHasher& hasher, const Sale& sale);
    static Sold sold_of(const Sale& sale);
    static Remembered recall(const Sale& sale);
    Sale& put(Sale sale);
    void add(Sale sale);
    void changed(Sale& sale);

    ByAge unsettled_;
    ByAge closed_;    ///< settled or refused: may be forgotten
    ByAge forgotten_; ///< until they have been taken as changes
    KeyIndex<Sale> by_key_;
    std::vector<Sale*> changed_; ///< since take_changes
    std::uint64_t digest_ = 0;
    std::uint64_t last_number_ = 0;
    std::uint64_t first_version_ = 0; ///< applied since the load; 0: none yet
    base::RowHasher hasher_;
};

} // namespace bookstore::shop
