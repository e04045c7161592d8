#include <cerrno>
#include <cstring>
#include <fstream>

#include <bookstore/history/check.hpp>
#include <bookstore/history/json_lines.hpp>

#include "ctl/check_report.hpp"

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

boost::asio::awaitable<int> check_history(Context& context) {
    const history::History history = read_file("", context.options.arguments.front(),
                                               [](std::istream& in) { return history::read_history(in); });
    std::optional<history::OrderBook> book;
    if (const auto file = context.options.setting("orders"))
        book = read_file("--orders=", *file, [](std::istream& in) { return history::read_orders(in); });
    const history::Report report = history::check(history, book);
    show_check(report, context);
    if (const auto file = context.options.setting("svg")) {
        std::ofstream out(*file);
        write_timeline(out, book ? history::resolve(history, *book) : history, report);
        if (!out.flush()) throw UsageError("--svg=" + *file + ": " + std::strerror(errno));
    }
    co_return status_of(report.result);
}

constexpr CommandOption options[] = {
    {"orders", "F", "The order book once all was quiet: JSON Lines, an order a line."},
    {"svg", "FILE", "Draws what does not fit, or says that all does."},
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
