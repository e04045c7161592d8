#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <bookstore/offline/verify.hpp>

#include "ctl/command.hpp"

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

boost::asio::awaitable<int> verify(Context& context) {
    const auto verification = offline::verify_directory(context.options.arguments.front());
    context.json() ? show_json(verification, context) : show(verification, context);
    co_return verification.damaged() ? 1 : 0;
}

} // namespace

const Command verify_command{
    .name = "verify",
    .synopsis = "DIR",
    .summary = "Checks the files of a replica that does not run.",
    .details =
        "DIR is the data directory of a process, or the folder of one group in it. Checks all there is in\n"
        "it: SQLite's own check of the state, every row and the digest that they add up to, every record\n"
        "of the log, who the replica is, and whether log and state belong together. Changes nothing, and\n"
        "talks to nobody. What is damaged is named, with what to do about it.\n"
        "\nExit status: 0 clean; 1 damaged, or a process uses the directory; 2 bad usage.\n",
    .options = {},
    .arguments_min = 1,
    .arguments_max = 1,
    .run = &verify,
};

} // namespace bookstore::ctl
