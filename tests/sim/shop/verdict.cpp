#include "sim/shop/verdict.hpp"

#include <map>
#include <sstream>

#include <bookstore/history/check.hpp>

namespace bookstore::shopsim {
namespace {

/// Where refusals are forgotten their keys are new again, so they say nothing of a purchase.
void forget_refusal(history::Buy& buy) {
    using enum history::Buy::Outcome;
    if (buy.outcome != out_of_stock && buy.outcome != unknown_item) return;
    buy.outcome = refused;
    buy.shortages.clear();
}

/// The plain surface does not tell costs: they are the book's. A try that is known by the book to have been
/// made with other lines than the purchase had no effect.
void complete(history::Buy& buy, const history::BookedOrder& order) {
    const bool same = same_lines(buy.lines, order.lines);
    if (buy.outcome == history::Buy::Outcome::unknown && !same) buy.outcome = history::Buy::Outcome::refused;
    if (buy.outcome != history::Buy::Outcome::bought || !same) return;
    for (std::size_t i = 0; i < buy.lines.size(); ++i)
        if (buy.lines[i].cost == 0) buy.lines[i].cost = order.lines[i].cost;
}

history::History completed(const Journal& journal, const history::OrderBook& book, bool forgetful) {
    std::map<std::string, const history::BookedOrder*> by_key;
    for (const auto& order : book)
        by_key[order.key] = &order;
    auto history = journal.history;
    for (auto& operation : history) {
        auto* buy = std::get_if<history::Buy>(&operation.what);
        if (buy == nullptr) continue;
        if (forgetful) forget_refusal(*buy);
        const auto order = by_key.find(buy->key);
        if (order != by_key.end()) complete(*buy, *order->second);
    }
    return history;
}

} // namespace

std::optional<std::string> verdict(const Journal& journal, const history::OrderBook& book, bool forgetful) {
    history::CheckLimits limits;
    limits.findings_max = 3;
    const auto report = history::check(completed(journal, book, forgetful), book, limits);
    if (report.findings.empty()) return std::nullopt;
    std::ostringstream text;
    for (const auto& finding : report.findings)
        text << finding.text << '\n';
    return text.str();
}

} // namespace bookstore::shopsim
