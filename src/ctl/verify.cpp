#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <bookstore/offline/backup_file.hpp>
#include <bookstore/offline/verify.hpp>

#include "ctl/command.hpp"
#include "ctl/verify_online.hpp"

namespace bookstore::ctl {
namespace {

using offline::Finding;
using offline::Verification;

std::string_view name_of(Finding::Result result) {
    switch (result) {
    case Finding::Result::sound:
        return "sound";
    case Finding::Result::noted:
        return "noted";
    case Finding::Result::damaged:
        break;
    }
    return "damaged";
}

std::string coloured(Finding::Result result, const Style& style) {
    if (result == Finding::Result::damaged) return style.red(name_of(result));
    return result == Finding::Result::noted ? style.yellow(name_of(result)) : std::string(name_of(result));
}

void show(const Verification& verification, Context& context) {
    TextTable table({{"file", Align::left}, {"result", Align::left}, {"what was found", Align::left}});
    for (const Finding& finding : verification.findings)
        table.add(
            {printable(finding.file), coloured(finding.result, context.style), printable(finding.text)});
    context.out << table.text(context.style)
                << context.style.bold(verification.damaged() ? "damaged" : "clean") << "\n";
}

void show_json(const Verification& verification, Context& context) {
    boost::json::array checked;
    for (const Finding& finding : verification.findings)
        checked.push_back(boost::json::object{
            {"file", finding.file}, {"result", name_of(finding.result)}, {"found", finding.text}});
    const boost::json::object out{{"result", verification.damaged() ? "damaged" : "clean"},
                                  {"checked", std::move(checked)}};
    context.out << boost::json::serialize(out) << "\n";
}

Verification verify_file(const std::string& file) {
    try {
        const auto contents = offline::verify_backup(file);
        return {{{file, Finding::Result::sound,
                  std::to_string(contents.orders) + " orders, " + std::to_string(contents.books) +
                      " books, " + std::to_string(contents.sales) + " sales; begun " +
                      base::to_iso8601(contents.summary.at) + "; found to be right"}}};
    } catch (const std::runtime_error& failure) { // it names the file
        return {{{file, Finding::Result::damaged, std::string(failure.what()) + ". Take another backup."}}};
    }
}

Verification verify_files(const std::string& given) {
    return std::filesystem::is_regular_file(given) ? verify_file(given) : offline::verify_directory(given);
}

boost::asio::awaitable<int> verify(Context& context) {
    Verification verification;
    if (context.options.arguments.empty())
        verification = co_await verify_online(context);
    else
        verification = verify_files(context.options.arguments.front());
    context.json() ? show_json(verification, context) : show(verification, context);
    co_return verification.damaged() ? 1 : 0;
}

constexpr CommandOption options[] = {
    {"secret-file", "FILE", "The cluster's credential, when it has one."},
};

} // namespace

const Command verify_command{
    .name = "verify",
    .synopsis = "[DIR|FILE]",
    .summary = "Checks the rows of a shop, a disk or a backup.",
    .details =
        "Without an argument: every catalog and order replica of the running shop reads all rows on its\n"
        "disk, beside its work, and says what they add up to; those at one version are compared. Each\n"
        "needs room for a copy of its state meanwhile.\n"
        "DIR, the data directory of a process, or the folder of one group in it: all there is in it is\n"
        "checked: SQLite's own check of the state, every row and the digest that they add up to, every\n"
        "record of the log, who the replica is, and whether log and state belong together. Changes\n"
        "nothing, and talks to nobody; refused while a process uses it.\n"
        "FILE, a backup: it is read whole.\n"
        "What is damaged is named, with what to do about it.\n"
        "\nExit status: 0 clean; 1 damaged, or it could not be looked at; 2 bad usage.\n",
    .options = options,
    .arguments_min = 0,
    .arguments_max = 1,
    .run = &verify,
};

} // namespace bookstore::ctl
