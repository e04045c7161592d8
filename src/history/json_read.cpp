#include <bookstore/history/json_lines.hpp>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include "history/fields.hpp"

namespace bookstore::history {
namespace {

const boost::json::object& object_in(const boost::json::value& value, const char* what) {
    if (!value.is_object()) throw Wrong(std::string(what) + " must be an object");
    return value.get_object();
}

std::vector<BuyLine> lines_of(const Fields& fields, bool with_costs) {
    std::vector<BuyLine> lines;
    for (const boost::json::value& value : fields.array("lines")) {
        const Fields line(object_in(value, "a line"));
        lines.push_back({static_cast<Item>(line.integer("item", 1)), line.amount("quantity", 1),
                         with_costs ? line.amount("cost", 0) : 0});
    }
    if (lines.empty()) throw Wrong("\"lines\" must not be empty");
    return lines;
}

Buy buy_of(const Fields& fields) {
    using enum Buy::Outcome;
    Buy buy;
    buy.key = fields.text("key");
    buy.outcome = fields.one_of<Buy::Outcome>("outcome", {{"bought", bought},
                                                          {"out_of_stock", out_of_stock},
                                                          {"unknown_item", unknown_item},
                                                          {"refused", refused},
                                                          {"unknown", unknown}});
    buy.lines = lines_of(fields, buy.outcome == bought);
    if (buy.outcome == bought) buy.order = fields.number("order", 0);
    if (buy.outcome == out_of_stock && fields.has("short"))
        for (const boost::json::value& value : fields.array("short")) {
            const Fields shortage(object_in(value, "an item of \"short\""));
            buy.shortages.push_back(
                {static_cast<Item>(shortage.integer("item", 1)), shortage.amount("stock", 0)});
        }
    return buy;
}

Read read_of(const Fields& fields) {
    Read read;
    read.item = static_cast<Item>(fields.integer("item", 1));
    if (!fields.has("absent") || !fields.boolean("absent"))
        read.shown = Shown{fields.amount("stock"), fields.amount("cost")};
    read.version = fields.number("version", 0);
    read.source = fields.text("source", "");
    return read;
}

Update update_of(const Fields& fields) {
    using enum Update::Outcome;
    Update update;
    update.item = static_cast<Item>(fields.integer("item", 1));
    update.delta = fields.maybe_amount("delta");
    update.cost = fields.maybe_amount("cost");
    if (!update.delta && !update.cost) throw Wrong("an update needs \"delta\" or \"cost\"");
    update.outcome = fields.one_of<Update::Outcome>(
        "outcome",
        {{"done", done}, {"refused", refused}, {"unknown_item", unknown_item}, {"unknown", unknown}});
    if (update.outcome == done && fields.has("stock"))
        update.after =
            Shown{fields.amount("stock"),
                  fields.has("cost_after") || !update.cost ? fields.amount("cost_after") : *update.cost};
    return update;
}

Add add_of(const Fields& fields) {
    using enum Add::Outcome;
    Add add;
    add.outcome = fields.one_of<Add::Outcome>("outcome", {{"done", done}, {"unknown", unknown}});
    add.item = fields.number("item", 0);
    if (add.item == 0 && add.outcome == done) throw Wrong("\"item\" is missing");
    add.shown = {fields.amount("stock", 0), fields.amount("cost", 0)};
    return add;
}

ReadOrder read_order_of(const Fields& fields) {
    ReadOrder read{static_cast<std::uint64_t>(fields.integer("order", 1)), fields.boolean("found"), {}};
    if (read.found) read.key = fields.text("key");
    return read;
}

/// Without a return nothing is known, except that a purchase took effect all the same (see resolve()).
void require_consistent(const Operation& operation) {
    if (operation.returned) {
        if (*operation.returned < operation.call) throw Wrong("\"return\" is before \"call\"");
        return;
    }
    const bool may_lack_return = std::visit(
        [](const auto& what) {
            using What = std::decay_t<decltype(what)>;
            if constexpr (std::is_same_v<What, Buy>)
                return what.outcome == Buy::Outcome::unknown || what.outcome == Buy::Outcome::bought ||
                       what.outcome == Buy::Outcome::refused;
            else if constexpr (std::is_same_v<What, Update> || std::is_same_v<What, Add>)
                return what.outcome == What::Outcome::unknown;
            else
                return false;
        },
        operation.what);
    if (!may_lack_return) throw Wrong("what has an answer needs a \"return\"");
}

Operation operation_of(const Fields& fields) {
    Operation operation;
    operation.client = fields.number("client", 0);
    operation.call = fields.integer("call");
    operation.returned = fields.maybe_integer("return");
    using Make = void (*)(const Fields&, Operation&);
    fields.one_of<Make>("op", {{"buy", [](const Fields& f, Operation& o) { o.what = buy_of(f); }},
                               {"read", [](const Fields& f, Operation& o) { o.what = read_of(f); }},
                               {"update", [](const Fields& f, Operation& o) { o.what = update_of(f); }},
                               {"add", [](const Fields& f, Operation& o) { o.what = add_of(f); }},
                               {"order", [](const Fields& f, Operation& o) { o.what = read_order_of(f); }}})(
        fields, operation);
    require_consistent(operation);
    return operation;
}

BookedOrder order_of(const Fields& fields) {
    BookedOrder order;
    order.number = static_cast<std::uint64_t>(fields.integer("order", 1));
    order.key = fields.text("key");
    order.lines = lines_of(fields, true);
    return order;
}

/// Hands each line's object to `take`, and puts the line's number before what it finds wrong.
template <typename Take>
void each_line(std::istream& in, Take take) {
    std::vector<char> buffer(line_bytes_max + 2);
    std::size_t number = 0, taken = 0;
    const auto wrong = [&](const std::string& what) {
        return ParseError("line " + std::to_string(number) + ": " + what);
    };
    while (in.getline(buffer.data(), static_cast<std::streamsize>(buffer.size()))) {
        ++number;
        const auto length = static_cast<std::size_t>(in.gcount()) - (in.eof() ? 0 : 1); // without the newline
        const std::string_view line(buffer.data(), length);
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        if (++taken > operations_max) throw wrong("more than " + std::to_string(operations_max) + " lines");
        boost::json::monotonic_resource memory;
        boost::system::error_code failure;
        const boost::json::value value = boost::json::parse(line, failure, &memory);
        if (failure) throw wrong("not JSON: " + failure.message());
        try {
            take(Fields(object_in(value, "a line")));
        } catch (const Wrong& what) {
            throw wrong(what.what());
        }
    }
    ++number;
    if (in.bad()) throw wrong("reading broke off here");
    if (!in.eof()) throw wrong("longer than " + std::to_string(line_bytes_max) + " bytes");
}

} // namespace

History read_history(std::istream& in) {
    History history;
    each_line(in, [&](const Fields& fields) { history.push_back(operation_of(fields)); });
    return history;
}

OrderBook read_orders(std::istream& in) {
    OrderBook book;
    each_line(in, [&](const Fields& fields) { book.push_back(order_of(fields)); });
    return book;
}

} // namespace bookstore::history
