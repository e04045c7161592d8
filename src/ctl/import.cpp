#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/asio/this_coro.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "ctl/crew.hpp"
#include "ctl/importing/importer.hpp"

namespace bookstore::ctl {
namespace {

using namespace importing;
using boost::asio::awaitable;

constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();

Format format_of(const Options& options) {
    const std::string& file = options.arguments.front();
    const std::string name = options.setting("format").value_or(file.ends_with(".csv") ? "csv" : "jsonl");
    if (name == "jsonl") return Format::json_lines;
    if (name == "csv") return Format::csv;
    throw UsageError("--format=" + name + ": allowed is jsonl or csv");
}

BookRows open_rows(const Options& options) {
    std::optional<std::int64_t> first_id;
    if (const auto given = options.setting("first-id"))
        first_id = parse_integer("--first-id", *given, 1, any / 2);
    return BookRows(options.arguments.front(), format_of(options), first_id);
}

/// Begins at another frontend than the next one does.
ShopClient client_of(Context& context, std::size_t number) {
    auto endpoints = context.options.endpoints;
    std::ranges::rotate(endpoints,
                        endpoints.begin() + static_cast<std::ptrdiff_t>(number % endpoints.size()));
    return ShopClient(context.http, context.scheduler, std::move(endpoints), context.options.timeout,
                      context.options.admin_secret);
}

std::string bar(double share) {
    constexpr int width = 30;
    const int full = static_cast<int>(std::lround(share * width));
    return "[" + std::string(static_cast<std::size_t>(full), '#') +
           std::string(static_cast<std::size_t>(width - full), '.') + "] " +
           std::to_string(std::lround(share * 100)) + " %";
}

/// Until all is done, or somebody has had enough; a line a second meanwhile.
awaitable<void> watch(Context& context, Importer& importer, BookRows& rows, const Crew& crew) {
    const auto start = context.scheduler.now();
    while (!crew.idle()) {
        const bool interrupted = co_await context.interruption.sleep(base::milliseconds(200));
        if (interrupted) {
            importer.stop();
            co_return;
        }
        if (!context.interactive || context.json()) continue;
        const auto seconds = std::chrono::duration<double>(context.scheduler.now() - start).count();
        const auto sent = static_cast<double>(importer.tally().added + importer.tally().there_already);
        context.out << "\r" << bar(rows.share_read()) << "  " << importer.done() << " books, "
                    << std::lround(sent / seconds) << " a second\x1b[K" << std::flush;
    }
}

void report(Context& context, const Importer& importer) {
    const Tally& tally = importer.tally();
    if (context.json()) {
        context.out << boost::json::serialize(boost::json::object{{"added", tally.added},
                                                                  {"there_already", tally.there_already},
                                                                  {"done", importer.done()}})
                    << "\n";
        return;
    }
    if (context.interactive) context.out << "\r\x1b[K";
    context.out << tally.added << " books added";
    if (tally.there_already > 0) context.out << ", " << tally.there_already << " were there already";
    context.out << "\n" << std::flush;
}

awaitable<int> import_books(Context& context) {
    constexpr std::int64_t clients_max = 256;
    const auto number = [&](const char* name, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
        const auto given = context.options.setting(name);
        return given ? parse_integer("--" + std::string(name), *given, least, most) : otherwise;
    };
    const auto clients = static_cast<std::size_t>(number("clients", 64, 1, clients_max));
    BookRows rows = open_rows(context.options);
    Importer importer(rows, static_cast<std::uint64_t>(number("skip", 0, 0, any)));

    Crew crew(co_await boost::asio::this_coro::executor);
    for (std::size_t i = 0; i < clients; ++i) {
        const auto task = [&context, &importer, i] { return importer.work(client_of(context, i)); };
        crew.start(task);
    }
    co_await watch(context, importer, rows, crew);
    std::string trouble = context.interruption.happened() ? "interrupted" : "";
    try {
        co_await crew.wait();
    } catch (const std::exception& e) {
        trouble = e.what();
    }
    report(context, importer);
    if (trouble.empty()) co_return 0;
    throw CommandFailed(context.options.arguments.front() + ": " + trouble +
                        "; to go on from there, add --skip=" + std::to_string(importer.done()));
}

constexpr CommandOption options[] = {
    {"format", "NAME",
     "jsonl (an object a line) or csv (the first line names the\ncolumns): by the file's name."},
    {"first-id", "N", "In a file without ids: what the first book gets; the\nnext one N + 1, and so on."},
    {"skip", "N", "Begins after the first N books."},
    {"clients", "N", "So many at a time: 64."},
};

} // namespace

const Command import_command{
    .name = "import",
    .synopsis = "FILE",
    .summary = "Adds the books in a file.",
    .details =
        "A book is id, title, topic, cost (in the smallest unit) and stock. What cannot be added stops it,\n"
        "with the line it is in. Importing a file once more adds what is missing and changes nothing else:\n"
        "a book that is there already, by id, title and topic, is counted as such. After an interruption\n"
        "--skip saves the time of asking for those. Needs the admin credential when the shop has one.\n",
    .options = options,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = &import_books,
};

} // namespace bookstore::ctl
