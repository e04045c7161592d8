#include "history/describe.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace bookstore::history {
namespace {

std::string milliseconds(Instant since, Instant at) {
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%.3f ms", static_cast<double>(at - since) / 1e6);
    return text.data();
}

std::string stock_and_cost(const Shown& shown) {
    return "stock " + std::to_string(shown.stock) + " at " + std::to_string(shown.cost);
}

std::string lines_of(const std::vector<BuyLine>& lines, bool with_costs) {
    std::string text;
    for (const BuyLine& line : lines) {
        text += (text.empty() ? "" : ", ") + std::to_string(line.quantity) + " of item " +
                std::to_string(line.item);
        if (with_costs) text += " at " + std::to_string(line.cost);
    }
    return text;
}

struct InWords {
    std::string operator()(const Buy& buy) const {
        const std::string key = ", key " + buy.key;
        switch (buy.outcome) {
        case Buy::Outcome::bought:
            return "bought " + lines_of(buy.lines, true) + key +
                   (buy.order == 0 ? "" : ", order " + std::to_string(buy.order));
        case Buy::Outcome::out_of_stock: {
            std::string left;
            for (const Shortage& s : buy.shortages)
                left += ", " + std::to_string(s.stock) + " left of item " + std::to_string(s.item);
            return "was refused " + lines_of(buy.lines, false) + ": out of stock" + left + key;
        }
        case Buy::Outcome::unknown_item:
            return "was refused " + lines_of(buy.lines, false) + ": no such item" + key;
        case Buy::Outcome::refused:
            return "was refused " + lines_of(buy.lines, false) + key;
        case Buy::Outcome::unknown:
            break;
        }
        return "may have bought " + lines_of(buy.lines, false) + key;
    }
    std::string operator()(const Read& read) const {
        return "saw item " + std::to_string(read.item) + ": " +
               (read.shown ? stock_and_cost(*read.shown) : "absent") +
               (read.version == 0 ? "" : ", version " + std::to_string(read.version)) +
               (read.source.empty() ? "" : ", from " + read.source);
    }
    std::string operator()(const Update& update) const {
        std::string what;
        if (update.delta) what = " stock by " + std::to_string(*update.delta);
        if (update.cost) what += (what.empty() ? "" : " and") + (" cost to " + std::to_string(*update.cost));
        what = " item " + std::to_string(update.item) + ":" + what;
        switch (update.outcome) {
        case Update::Outcome::done:
            return "changed" + what + (update.after ? ", after it " + stock_and_cost(*update.after) : "");
        case Update::Outcome::refused:
            return "was refused to change" + what;
        case Update::Outcome::unknown_item:
            return "was told of no such item, to change" + what;
        case Update::Outcome::unknown:
            break;
        }
        return "may have changed" + what;
    }
    std::string operator()(const Add& add) const {
        return std::string(add.outcome == Add::Outcome::done ? "added " : "may have added ") +
               (add.item == 0 ? "some item" : "item " + std::to_string(add.item)) + ": " +
               stock_and_cost(add.shown);
    }
    std::string operator()(const ReadOrder& read) const {
        return (read.found ? "found order " : "did not find order ") + std::to_string(read.order) +
               (read.found ? ", key " + read.key : "");
    }
};

void list(std::string& text, const History& history, const ItemHistory& item,
          const std::vector<std::size_t>& operations, std::size_t shown_max) {
    const std::size_t hidden = operations.size() - std::min(operations.size(), shown_max);
    for (std::size_t i = hidden; i < operations.size(); ++i)
        if (item.operations[operations[i]].origin != nowhere)
            text += "\n    " + describe(history, item.operations[operations[i]].origin);
}

} // namespace

std::string describe(const History& history, std::size_t position) {
    const Operation& operation = history[position];
    const Instant start = history.front().call;
    return "client " + std::to_string(operation.client) + " " + std::visit(InWords{}, operation.what) +
           "  [" + milliseconds(start, operation.call) + " .. " +
           (operation.returned ? milliseconds(start, *operation.returned) : "?") + "]";
}

namespace {

/// "+5", "-1"
std::string with_sign(std::int64_t number) {
    return (number < 0 ? "" : "+") + std::to_string(number);
}

struct InShort {
    Item item;

    std::string operator()(const Buy& buy) const {
        std::string text = "buy";
        for (const BuyLine& line : buy.lines)
            if (line.item == item)
                text += " " + std::to_string(line.quantity) +
                        (buy.outcome == Buy::Outcome::bought ? " at " + std::to_string(line.cost) : "");
        switch (buy.outcome) {
        case Buy::Outcome::bought:
            return text + (buy.order == 0 ? "" : ": order " + std::to_string(buy.order));
        case Buy::Outcome::out_of_stock:
            for (const Shortage& shortage : buy.shortages)
                if (shortage.item == item) return text + ": only " + std::to_string(shortage.stock) + " left";
            return text + ": out of stock";
        case Buy::Outcome::unknown_item:
            return text + ": no such item";
        case Buy::Outcome::refused:
            return text + ": refused";
        case Buy::Outcome::unknown:
            break;
        }
        return text + ": ?";
    }
    std::string operator()(const Read& read) const {
        return "read: " + (read.shown ? stock_and_cost(*read.shown) : "absent");
    }
    std::string operator()(const Update& update) const {
        std::string text = update.delta ? "stock " + with_sign(*update.delta) : "";
        if (update.cost) text += (text.empty() ? "cost = " : ", cost = ") + std::to_string(*update.cost);
        if (update.outcome == Update::Outcome::refused) return text + ": refused";
        if (update.outcome == Update::Outcome::unknown_item) return text + ": no such item";
        if (update.outcome == Update::Outcome::unknown) return text + ": ?";
        return text + (update.after ? ": " + stock_and_cost(*update.after) : "");
    }
    std::string operator()(const Add& add) const { return "add: " + stock_and_cost(add.shown); }
    std::string operator()(const ReadOrder& read) const { return "order " + std::to_string(read.order); }
};

} // namespace

std::string short_text(const Operation& operation, Item item) {
    return std::visit(InShort{item}, operation.what);
}

std::string describe(const State& state) {
    return state ? stock_and_cost(*state) : "absent";
}

std::string describe(const History& history, const ItemHistory& item, const SearchResult& failed) {
    constexpr std::size_t before_max = 8, open_max = 8;
    std::string text = "item " + std::to_string(item.item) +
                       ": no order of the operations explains that\n    " +
                       describe(history, item.operations[failed.misfit].origin);
    if (item.before > 0)
        text += "\n  At first it was " + describe(State(*item.operations.front().effect.gives)) + ", after " +
                std::to_string(item.before) + " operations that are left out.";
    const std::size_t length = failed.prefix.size() - (item.before > 0 && !failed.prefix.empty() ? 1 : 0);
    text += "\n  A longest order without it has " + std::to_string(length) + " operations";
    if (length > before_max) text += ", the last of them";
    if (length > 0) text += ":";
    list(text, history, item, failed.prefix, before_max);
    text += "\n  It was tried with the item being: ";
    for (std::size_t i = 0; i < failed.states.size(); ++i)
        text += (i == 0 ? "" : "; ") + describe(failed.states[i]);
    if (!failed.open.empty()) {
        text += "\n  Under way at its return and not in that order: " + std::to_string(failed.open.size());
        list(text, history, item, failed.open, open_max);
    }
    return text;
}

} // namespace bookstore::history
