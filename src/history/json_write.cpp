#include <bookstore/history/json_lines.hpp>

#include <string_view>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace bookstore::history {
namespace {

namespace json = boost::json;

std::string_view name(Buy::Outcome outcome) {
    switch (outcome) {
    case Buy::Outcome::bought:
        return "bought";
    case Buy::Outcome::out_of_stock:
        return "out_of_stock";
    case Buy::Outcome::unknown_item:
        return "unknown_item";
    case Buy::Outcome::refused:
        return "refused";
    case Buy::Outcome::unknown:
        break;
    }
    return "unknown";
}

std::string_view name(Update::Outcome outcome) {
    switch (outcome) {
    case Update::Outcome::done:
        return "done";
    case Update::Outcome::refused:
        return "refused";
    case Update::Outcome::unknown_item:
        return "unknown_item";
    case Update::Outcome::unknown:
        break;
    }
    return "unknown";
}

json::array lines_of(const std::vector<BuyLine>& lines, bool with_costs) {
    json::array out;
    for (const BuyLine& line : lines) {
        json::object& fields = out.emplace_back(json::object()).get_object();
        fields["item"] = line.item;
        fields["quantity"] = line.quantity;
        if (with_costs) fields["cost"] = line.cost;
    }
    return out;
}

struct Write {
    json::object& out;

    void operator()(const Buy& buy) const {
        const bool bought = buy.outcome == Buy::Outcome::bought;
        out["op"] = "buy";
        out["key"] = buy.key;
        out["lines"] = lines_of(buy.lines, bought);
        out["outcome"] = name(buy.outcome);
        if (bought && buy.order != 0) out["order"] = buy.order;
        if (buy.shortages.empty()) return;
        json::array shortages;
        for (const Shortage& shortage : buy.shortages)
            shortages.push_back({{"item", shortage.item}, {"stock", shortage.stock}});
        out["short"] = std::move(shortages);
    }
    void operator()(const Read& read) const {
        out["op"] = "read";
        out["item"] = read.item;
        if (read.shown) {
            out["stock"] = read.shown->stock;
            out["cost"] = read.shown->cost;
        } else {
            out["absent"] = true;
        }
        if (read.version != 0) out["version"] = read.version;
        if (!read.source.empty()) out["source"] = read.source;
    }
    void operator()(const Update& update) const {
        out["op"] = "update";
        out["item"] = update.item;
        if (update.delta) out["delta"] = *update.delta;
        if (update.cost) out["cost"] = *update.cost;
        out["outcome"] = name(update.outcome);
        if (!update.after) return;
        out["stock"] = update.after->stock;
        if (update.after->cost != update.cost) out["cost_after"] = update.after->cost;
    }
    void operator()(const Add& add) const {
        out["op"] = "add";
        if (add.item != 0) out["item"] = add.item;
        out["stock"] = add.shown.stock;
        out["cost"] = add.shown.cost;
        out["outcome"] = add.outcome == Add::Outcome::done ? "done" : "unknown";
    }
    void operator()(const ReadOrder& read) const {
        out["op"] = "order";
        out["order"] = read.order;
        out["found"] = read.found;
        if (read.found) out["key"] = read.key;
    }
};

} // namespace

void write(std::ostream& out, const Operation& operation) {
    json::object fields;
    fields["client"] = operation.client;
    fields["call"] = operation.call;
    if (operation.returned)
        fields["return"] = *operation.returned;
    else
        fields["return"] = nullptr;
    std::visit(Write{fields}, operation.what);
    out << json::serialize(fields) << '\n';
}

void write(std::ostream& out, const History& history) {
    for (const Operation& operation : history)
        write(out, operation);
}

void write(std::ostream& out, const BookedOrder& order) {
    json::object fields;
    fields["order"] = order.number;
    fields["key"] = order.key;
    fields["lines"] = lines_of(order.lines, true);
    out << json::serialize(fields) << '\n';
}

} // namespace bookstore::history
