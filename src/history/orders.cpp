#include "history/orders.hpp"

#include <algorithm>
#include <map>

#include "history/describe.hpp"
#include "history/purchases.hpp"

namespace bookstore::history {
namespace {

/// That an order exists: an answer or a look that showed it.
struct Evidence {
    std::uint64_t number = 0;
    std::string_view key;
    std::size_t origin = 0;
    Instant call = 0;
    Instant returned = never;
};

class OrderCheck {
public:
    explicit OrderCheck(const History& history) : history_(history) {
        std::vector<std::string> told_elsewhere; // the split into items tells of contradictory answers
        purchases_ = merge_tries(history, told_elsewhere);
        for (const auto& [key, purchase] : purchases_)
            if (purchase.buy.outcome == Buy::Outcome::bought && purchase.buy.order != 0)
                bought_.push_back(
                    {purchase.buy.order, key, purchase.origin, purchase.call, purchase.returned});
        seen_ = bought_;
        for (std::size_t at = 0; at < history.size(); ++at)
            if (const auto* read = std::get_if<ReadOrder>(&history[at].what); read != nullptr && read->found)
                seen_.push_back(
                    {read->order, read->key, at, history[at].call, history[at].returned.value_or(never)});
        const auto by_number = [](const Evidence& a, const Evidence& b) { return a.number < b.number; };
        std::stable_sort(bought_.begin(), bought_.end(), by_number);
        std::stable_sort(seen_.begin(), seen_.end(), by_number);
    }

    std::vector<std::string> run() {
        check_names();
        check_real_time();
        check_found_before_asked();
        check_lost();
        return std::move(problems_);
    }

private:
    void report(const std::string& what, std::size_t one, std::size_t other) {
        problems_.push_back(what + "\n  " + describe(history_, one) + "\n  " + describe(history_, other));
    }

    void check_names() {
        std::map<std::string_view, const Evidence*> by_key;
        for (std::size_t i = 0; i < seen_.size(); ++i) {
            const Evidence& evidence = seen_[i];
            if (i > 0 && seen_[i - 1].number == evidence.number && seen_[i - 1].key != evidence.key)
                report("order " + std::to_string(evidence.number) + ": two different keys",
                       seen_[i - 1].origin, evidence.origin);
            const auto [other, is_first] = by_key.emplace(evidence.key, &evidence);
            if (!is_first && other->second->number != evidence.number)
                report("key " + std::string(evidence.key) + ": two different orders", other->second->origin,
                       evidence.origin);
        }
    }

    void check_real_time() {
        const Evidence* earliest = nullptr; // of those with larger numbers
        for (auto evidence = bought_.rbegin(); evidence != bought_.rend(); ++evidence) {
            if (earliest != nullptr && earliest->returned < evidence->call)
                report("order " + std::to_string(earliest->number) + " was answered before order " +
                           std::to_string(evidence->number) + " was asked for",
                       earliest->origin, evidence->origin);
            if (earliest == nullptr || evidence->returned < earliest->returned) earliest = &*evidence;
        }
    }

    void check_found_before_asked() {
        for (const Evidence& evidence : seen_) {
            const auto purchase = purchases_.find(evidence.key);
            if (purchase != purchases_.end() && evidence.returned < purchase->second.call)
                report("order " + std::to_string(evidence.number) + " was seen before it was asked for",
                       evidence.origin, purchase->second.origin);
        }
    }

    /// Numbers have no gaps: one that was seen is there, and so are all that are smaller.
    void check_lost() {
        std::vector<const Evidence*> earliest(seen_.size()); // by position: of it and those behind it
        for (std::size_t i = seen_.size(); i > 0; --i) {
            const bool behind = i < seen_.size() && earliest[i]->returned <= seen_[i - 1].returned;
            earliest[i - 1] = behind ? earliest[i] : &seen_[i - 1];
        }
        for (std::size_t at = 0; at < history_.size(); ++at) {
            const auto* read = std::get_if<ReadOrder>(&history_[at].what);
            if (read == nullptr || read->found) continue;
            const auto from = std::lower_bound(
                seen_.begin(), seen_.end(), read->order,
                [](const Evidence& evidence, std::uint64_t number) { return evidence.number < number; });
            if (from == seen_.end()) continue;
            const Evidence& proof = *earliest[static_cast<std::size_t>(from - seen_.begin())];
            if (proof.returned < history_[at].call)
                report("order " + std::to_string(read->order) + " is lost", proof.origin, at);
        }
    }

    const History& history_;
    std::map<std::string_view, Purchase> purchases_;
    std::vector<Evidence> bought_, seen_; ///< by number
    std::vector<std::string> problems_;
};

std::string lines_in_words(const std::vector<BuyLine>& lines) {
    std::string text;
    for (const BuyLine& line : lines)
        text += (text.empty() ? "" : ", ") + std::to_string(line.quantity) + " of item " +
                std::to_string(line.item) + " at " + std::to_string(line.cost);
    return text;
}

bool same_copies(const std::vector<BuyLine>& asked, const std::vector<BuyLine>& booked) {
    return std::equal(
        asked.begin(), asked.end(), booked.begin(), booked.end(),
        [](const BuyLine& a, const BuyLine& b) { return a.item == b.item && a.quantity == b.quantity; });
}

} // namespace

std::vector<std::string> check_orders(const History& history) {
    return OrderCheck(history).run();
}

std::vector<std::string> check_book(const History& history, const OrderBook& book) {
    std::vector<std::string> problems;
    std::vector<const BookedOrder*> by_number;
    std::map<std::string_view, const BookedOrder*> by_key;
    for (const BookedOrder& order : book) {
        by_number.push_back(&order);
        const auto [other, is_first] = by_key.emplace(order.key, &order);
        if (!is_first)
            problems.push_back("the book has key " + order.key + " twice: orders " +
                               std::to_string(other->second->number) + " and " +
                               std::to_string(order.number));
    }
    std::stable_sort(by_number.begin(), by_number.end(),
                     [](const BookedOrder* a, const BookedOrder* b) { return a->number < b->number; });
    std::uint64_t expected = 1;
    for (const BookedOrder* order : by_number) {
        if (order->number != expected)
            problems.push_back("the book has order " + std::to_string(order->number) + " where order " +
                               std::to_string(expected) + " should be");
        expected = order->number + 1;
    }

    std::vector<std::string> told_elsewhere;
    for (const auto& [key, purchase] : merge_tries(history, told_elsewhere)) {
        const auto found = by_key.find(key);
        const BookedOrder* booked = found == by_key.end() ? nullptr : found->second;
        const Buy& buy = purchase.buy;
        const auto wrong = [&](const std::string& what) {
            problems.push_back(what + "\n  " + describe(history, purchase.origin));
        };
        if (buy.outcome == Buy::Outcome::bought && booked == nullptr)
            wrong("an answered order is not in the book");
        else if (buy.outcome == Buy::Outcome::out_of_stock && booked != nullptr)
            wrong("a refused purchase is in the book, as order " + std::to_string(booked->number));
        else if (booked != nullptr && !same_copies(buy.lines, booked->lines))
            wrong("the book has another order under this key: " + lines_in_words(booked->lines));
        else if (booked != nullptr && buy.outcome == Buy::Outcome::bought &&
                 (buy.lines != booked->lines || (buy.order != 0 && buy.order != booked->number)))
            wrong("the book has order " + std::to_string(booked->number) +
                  " differently: " + lines_in_words(booked->lines));
    }
    for (std::size_t at = 0; at < history.size(); ++at) {
        const auto* read = std::get_if<ReadOrder>(&history[at].what);
        if (read == nullptr || !read->found) continue;
        const auto found = by_key.find(read->key);
        if (found == by_key.end() || found->second->number != read->order)
            problems.push_back("an order that was found is not in the book\n  " + describe(history, at));
    }
    return problems;
}

} // namespace bookstore::history
