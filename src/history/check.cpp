#include <bookstore/history/check.hpp>

#include <map>
#include <set>
#include <string_view>

#include "history/describe.hpp"
#include "history/item_history.hpp"
#include "history/orders.hpp"
#include "history/search.hpp"
#include "history/shrink.hpp"

namespace bookstore::history {
namespace {

class Check {
public:
    Check(const History& history, const CheckLimits& limits) : history_(history), limits_(limits) {
        report_.operations = history.size();
    }

    void items() {
        std::vector<std::string> problems;
        const auto items = split(history_, problems);
        add(problems);
        report_.items = items.size();
        for (const ItemHistory& item : items) {
            const SearchResult found = search(item, limits_.configurations_max);
            report_.configurations += found.configurations;
            if (found.result == Result::undecided) report_.undecided_items.push_back(item.item);
            if (found.result != Result::violation) continue;
            const Shrunk small = shrink(item, found);
            add({describe(history_, small.item, small.found), counter_example(small.item, small.found)});
        }
    }

    void add(const std::vector<std::string>& problems) {
        for (const std::string& problem : problems)
            add(Finding{problem, {}});
    }

    Report finish() {
        if (!report_.findings.empty() || report_.findings_not_shown > 0)
            report_.result = Result::violation;
        else if (!report_.undecided_items.empty())
            report_.result = Result::undecided;
        return std::move(report_);
    }

private:
    void add(Finding finding) {
        if (report_.findings.size() < limits_.findings_max)
            report_.findings.push_back(std::move(finding));
        else
            ++report_.findings_not_shown;
    }

    static CounterExample counter_example(const ItemHistory& item, const SearchResult& found) {
        const auto origins = [&](const std::vector<std::size_t>& operations) {
            std::vector<std::size_t> all;
            for (const std::size_t operation : operations)
                if (item.operations[operation].origin != nowhere)
                    all.push_back(item.operations[operation].origin);
            return all;
        };
        CounterExample example;
        example.item = item.item;
        if (item.before > 0)
            example.start = CounterExample::Start{*item.operations.front().effect.gives, item.before};
        example.prefix = origins(found.prefix);
        example.misfit = item.operations[found.misfit].origin;
        example.open = origins(found.open);
        return example;
    }

    const History& history_;
    const CheckLimits& limits_;
    Report report_;
};

} // namespace

Report check(const History& history, const std::optional<OrderBook>& book, const CheckLimits& limits) {
    if (!book) {
        Check check(history, limits);
        check.add(check_orders(history));
        check.items();
        return check.finish();
    }
    const History resolved = resolve(history, *book);
    Check check(resolved, limits);
    check.add(check_orders(resolved));
    check.add(check_book(history, *book));
    check.items();
    return check.finish();
}

History resolve(History history, const OrderBook& book) {
    std::map<std::string_view, const BookedOrder*> by_key;
    for (const BookedOrder& order : book)
        by_key.emplace(order.key, &order);
    // A refusal is remembered: it may have been decided by an earlier try, when the shelf was empty still.
    std::set<std::string_view> turned_down;
    for (const Operation& operation : history) {
        const Buy* buy = std::get_if<Buy>(&operation.what);
        using enum Buy::Outcome;
        if (buy != nullptr && (buy->outcome == out_of_stock || buy->outcome == unknown_item))
            turned_down.insert(buy->key);
    }
    for (Operation& operation : history) {
        Buy* buy = std::get_if<Buy>(&operation.what);
        if (buy == nullptr || buy->outcome != Buy::Outcome::unknown || turned_down.contains(buy->key))
            continue;
        operation.returned.reset();
        const auto found = by_key.find(buy->key);
        if (found == by_key.end()) {
            buy->outcome = Buy::Outcome::refused;
            continue;
        }
        buy->outcome = Buy::Outcome::bought;
        buy->order = found->second->number;
        buy->lines = found->second->lines;
    }
    return history;
}

} // namespace bookstore::history
