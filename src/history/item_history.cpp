#include "history/item_history.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "history/purchases.hpp"

namespace bookstore::history {
namespace {

class Splitter {
public:
    explicit Splitter(const History& history) : history_(history) {}

    std::vector<ItemHistory> split(std::vector<std::string>& problems) {
        auto purchases = merge_tries(history_, problems);
        bound_by_numbers(purchases);
        for (const auto& [key, purchase] : purchases)
            add(purchase);
        for (at_ = 0; at_ < history_.size(); ++at_)
            std::visit(*this, history_[at_].what);
        add_anonymous();
        std::vector<ItemHistory> all;
        for (auto& [item, operations] : items_)
            all.push_back({item, std::move(operations), 0});
        return all;
    }

    void operator()(const Buy&) {} // with all tries of its key
    void operator()(const Read& read) { add(read.item, seen(read.shown), true); }
    void operator()(const Update& update) {
        add(update.item, effect_of(update), update.outcome != Update::Outcome::unknown);
    }
    void operator()(const Add& add_book) {
        const bool done = add_book.outcome == Add::Outcome::done;
        if (add_book.item == 0) {
            anonymous_.push_back(at_);
            return;
        }
        add(add_book.item, added(add_book.shown), done);
        if (done) added_.insert(add_book.item);
    }
    void operator()(const ReadOrder&) {}

private:
    /// An order gets its number when its copies are gone, and numbers are given in turn: what has a smaller
    /// number than an order that was answered was sold before that answer.
    static void bound_by_numbers(std::map<std::string_view, Purchase>& purchases) {
        std::vector<Purchase*> numbered;
        for (auto& [key, purchase] : purchases)
            if (purchase.buy.outcome == Buy::Outcome::bought && purchase.buy.order != 0)
                numbered.push_back(&purchase);
        std::sort(numbered.begin(), numbered.end(),
                  [](const Purchase* a, const Purchase* b) { return a->buy.order > b->buy.order; });
        Instant earliest = never;
        for (Purchase* purchase : numbered) {
            earliest = std::min(earliest, purchase->returned);
            // Before its own call: the numbers are wrong, and the checks of orders say so.
            if (purchase->returned == never && earliest > purchase->call) purchase->returned = earliest;
        }
    }

    void add(const Purchase& purchase) {
        const Buy& buy = purchase.buy;
        const auto put = [&](Item item, const Effect& effect, bool certain) {
            items_[item].push_back({effect, purchase.call, purchase.returned, certain, purchase.origin});
        };
        if (buy.outcome == Buy::Outcome::out_of_stock) {
            if (buy.shortages.empty() && buy.lines.size() == 1)
                put(buy.lines.front().item, shortage(buy.lines.front().quantity, std::nullopt), true);
            for (const Shortage& missing : buy.shortages)
                for (const BuyLine& line : buy.lines)
                    if (line.item == missing.item)
                        put(line.item, shortage(line.quantity, missing.stock), true);
            return;
        }
        if (buy.outcome == Buy::Outcome::unknown_item) {
            if (buy.lines.size() == 1) put(buy.lines.front().item, seen(std::nullopt), true);
            return;
        }
        const bool bought = buy.outcome == Buy::Outcome::bought;
        for (const BuyLine& line : buy.lines)
            put(line.item, sale(line.quantity, bought ? std::optional(line.cost) : std::nullopt), bought);
    }

    void add(Item item, const Effect& effect, bool certain) {
        const Operation& operation = history_[at_];
        const Instant returned = certain ? operation.returned.value_or(never) : never;
        items_[item].push_back({effect, operation.call, returned, certain, at_});
    }

    /// A book that was added without an answer may be any of those that nobody else has added.
    void add_anonymous() {
        for (auto& [item, operations] : items_) {
            if (added_.contains(item)) continue;
            for (const std::size_t at : anonymous_) {
                const Add& book = std::get<Add>(history_[at].what);
                operations.push_back({added(book.shown), history_[at].call, never, false, at});
            }
        }
    }

    const History& history_;
    std::size_t at_ = 0; ///< what is being visited
    std::map<Item, std::vector<ItemOperation>> items_;
    std::set<Item> added_;
    std::vector<std::size_t> anonymous_;
};

} // namespace

std::vector<ItemHistory> split(const History& history, std::vector<std::string>& problems) {
    return Splitter(history).split(problems);
}

} // namespace bookstore::history
