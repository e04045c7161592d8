#include <cerrno>
#include <cstring>
#include <fstream>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <bookstore/history/check.hpp>
#include <bookstore/history/json_lines.hpp>

#include "ctl/command.hpp"

namespace bookstore::ctl {
namespace {

template <typename Read>
auto read_file(const std::string& name, const std::string& file, Read read) {
    std::ifstream in(file);
    if (!in) throw UsageError(name + file + ": " + std::strerror(errno) + "; allowed is a readable file");
    try {
        return read(in);
    } catch (const history::ParseError& e) {
        throw UsageError(name + file + ": " + e.what());
    }
}

std::string_view name_of(history::Result result) {
    switch (result) {
    case history::Result::violation:
        return "violation";
    case history::Result::undecided:
        return "undecided";
    case history::Result::correct:
        break;
    }
    return "correct";
}

int status_of(history::Result result) {
    switch (result) {
    case history::Result::violation:
        return 1;
    case history::Result::undecided:
        return 3;
    case history::Result::correct:
        break;
    }
    return 0;
}

std::string list_of(const std::vector<history::Item>& items) {
    std::string text;
    for (const history::Item item : items)
        text += (text.empty() ? "" : ", ") + std::to_string(item);
    return text;
}

void show(const history::Report& report, Context& context) {
    for (const history::Finding& finding : report.findings)
        context.out << context.style.red("violation") << "  " << printable_lines(finding.text) << "\n\n";
    if (report.findings_not_shown > 0) context.out << "and " << report.findings_not_shown << " more\n\n";
    if (!report.undecided_items.empty())
        context.out
            << context.style.yellow("undecided") << "  items " << list_of(report.undecided_items)
            << ": too many orders are possible; --orders, the order book, would rule most of them out\n\n";
    context.out << report.operations << " operations on " << report.items << " items, "
                << report.configurations << " configurations: " << context.style.bold(name_of(report.result))
                << "\n";
}

void show_json(const history::Report& report, Context& context) {
    boost::json::array findings, undecided;
    for (const history::Finding& finding : report.findings) {
        boost::json::object shown{{"text", finding.text}};
        if (const auto& example = finding.counter_example) {
            shown["item"] = example->item;
            shown["misfit"] = example->misfit;
            shown["prefix"] = boost::json::array(example->prefix.begin(), example->prefix.end());
            shown["open"] = boost::json::array(example->open.begin(), example->open.end());
        }
        findings.push_back(std::move(shown));
    }
    for (const history::Item item : report.undecided_items)
        undecided.push_back(item);
    context.out << boost::json::serialize(boost::json::object{{"result", name_of(report.result)},
                                                              {"operations", report.operations},
                                                              {"items", report.items},
                                                              {"configurations", report.configurations},
                                                              {"findings", std::move(findings)},
                                                              {"more_findings", report.findings_not_shown},
                                                              {"undecided", std::move(undecided)}})
                << "\n";
}

boost::asio::awaitable<int> check_history(Context& context) {
    const history::History history = read_file("", context.options.arguments.front(),
                                               [](std::istream& in) { return history::read_history(in); });
    std::optional<history::OrderBook> book;
    if (const auto file = context.options.setting("orders"))
        book = read_file("--orders=", *file, [](std::istream& in) { return history::read_orders(in); });
    const history::Report report = history::check(history, book);
    context.json() ? show_json(report, context) : show(report, context);
    co_return status_of(report.result);
}

constexpr CommandOption options[] = {
    {"orders", "F", "The order book once all was quiet: JSON Lines, an order a line."},
};

} // namespace

const Command check_history_command{
    .name = "check-history",
    .synopsis = "FILE [--orders=F]",
    .summary = "Checks what clients saw for what no correct shop shows.",
    .details =
        "FILE has what was asked and answered, and when: JSON Lines, an operation a line, as described in\n"
        "bookstorectl(1). Is there, for each item, an order of the operations that agrees with real time\n"
        "and explains every answer? Do numbers, keys and the order book agree? What does not fit is told.\n"
        "\nExit status: 0 there is, 1 there is not, 2 bad usage or a bad file, 3 undecided: too much was\n"
        "left unknown.\n",
    .options = options,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = &check_history,
};

} // namespace bookstore::ctl
