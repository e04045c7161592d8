#include "ctl/check_report.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <bookstore/history/timeline.hpp>

namespace bookstore::ctl {
namespace {

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

std::string list_of(const std::vector<history::Item>& items) {
    std::string text;
    for (const history::Item item : items)
        text += (text.empty() ? "" : ", ") + std::to_string(item);
    return text;
}

void show_words(const history::Report& report, Context& context) {
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
            if (example->start)
                shown["start"] = boost::json::object{{"stock", example->start->shown.stock},
                                                     {"cost", example->start->shown.cost},
                                                     {"after", example->start->operations}};
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

} // namespace

void show_check(const history::Report& report, Context& context) {
    context.json() ? show_json(report, context) : show_words(report, context);
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

void write_timeline(std::ostream& out, const history::History& history, const history::Report& report) {
    out << history::timeline(history, report);
}

} // namespace bookstore::ctl
