#include "ctl/torture/summary.hpp"

#include <array>
#include <cstdio>

#include <boost/json/array.hpp>

namespace bookstore::ctl::torture {
namespace {

constexpr Instant second = 1'000'000'000, millisecond = 1'000'000;

/// "812 ms", "1.20 s"
std::string time_text(Instant time) {
    std::array<char, 40> text{};
    if (time < second)
        std::snprintf(text.data(), text.size(), "%lld ms", static_cast<long long>(time / millisecond));
    else
        std::snprintf(text.data(), text.size(), "%.2f s", static_cast<double>(time) / 1e9);
    return text.data();
}

/// The moments at the beginning and the end are no answers.
std::size_t answers(const Calls& calls, const Recorder& recorder) {
    return calls.answered.count() - (recorder.ended == 0 ? 1 : 2);
}

/// A fault that is not over counts to the end.
Instant end_of(const Fault& fault, const Recorder& recorder) {
    return fault.whole == 0 ? recorder.ended : fault.whole;
}

struct Seen {
    Instant buys, reads;
    std::size_t errors;
};

Seen seen(const Recorder& recorder, Instant from, Instant to) {
    return {recorder.buys.answered.longest_gap(from, to), recorder.reads.answered.longest_gap(from, to),
            recorder.buys.failed.count(from, to) + recorder.reads.failed.count(from, to)};
}

boost::json::object calls_in_json(const Calls& calls, const Recorder& recorder) {
    return {{"answered", answers(calls, recorder)},
            {"failed", calls.failed.count()},
            {"longest_gap_ms", calls.answered.longest_gap(recorder.began, recorder.ended) / millisecond}};
}

} // namespace

std::string progress_line(const Recorder& recorder, const Faults& faults) {
    const Instant now = recorder.now();
    const auto longest = [&](const Moments& answered) { // and the one that has not ended yet
        return std::max(answered.longest_gap(recorder.began, now), now - answered.last());
    };
    const auto gap = std::max(longest(recorder.buys.answered), longest(recorder.reads.answered));
    const std::string current = faults.current();
    return time_text((now - recorder.began) / second * second) + "  " +
           std::to_string(answers(recorder.buys, recorder)) + " buys and " +
           std::to_string(answers(recorder.reads, recorder)) + " reads answered, " +
           std::to_string(recorder.buys.failed.count() + recorder.reads.failed.count()) +
           " not; longest gap " + time_text(gap) + (current.empty() ? "" : "; " + current);
}

std::string fault_table(const Recorder& recorder, const std::vector<Fault>& faults, const Style& style) {
    TextTable table({{"at", Align::right},
                     {"fault", Align::left},
                     {"gap in buys", Align::right},
                     {"gap in reads", Align::right},
                     {"errors", Align::right},
                     {"whole after", Align::right}});
    for (const Fault& fault : faults) {
        const Seen clients = seen(recorder, fault.struck, end_of(fault, recorder));
        table.add({time_text(fault.struck - recorder.began),
                   fault.kind + " " + fault.who + (fault.leader ? " (leader)" : ""), time_text(clients.buys),
                   time_text(clients.reads), std::to_string(clients.errors),
                   fault.whole == 0 ? "never" : time_text(fault.whole - fault.struck)});
    }
    if (!faults.empty()) table.rule();
    const Seen all = seen(recorder, recorder.began, recorder.ended);
    table.add({time_text(recorder.ended - recorder.began), "all", time_text(all.buys), time_text(all.reads),
               std::to_string(all.errors), ""});
    return table.text(style) + std::to_string(answers(recorder.buys, recorder)) + " buys answered (" +
           std::to_string(recorder.sold_out) + " out of stock), " +
           std::to_string(answers(recorder.reads, recorder)) + " reads, " + std::to_string(recorder.changes) +
           " changes\n";
}

boost::json::object in_json(const Recorder& recorder, const std::vector<Fault>& faults) {
    boost::json::array rows;
    for (const Fault& fault : faults) {
        const Seen clients = seen(recorder, fault.struck, end_of(fault, recorder));
        boost::json::object row{{"at_ms", (fault.struck - recorder.began) / millisecond},
                                {"kind", fault.kind},
                                {"process", fault.who},
                                {"leader", fault.leader},
                                {"gap_in_buys_ms", clients.buys / millisecond},
                                {"gap_in_reads_ms", clients.reads / millisecond},
                                {"errors", clients.errors},
                                {"whole_after_ms", nullptr}};
        if (fault.whole != 0) row["whole_after_ms"] = (fault.whole - fault.struck) / millisecond;
        rows.push_back(std::move(row));
    }
    boost::json::array wrong(recorder.wrong().begin(), recorder.wrong().end());
    return {{"buys", calls_in_json(recorder.buys, recorder)},
            {"reads", calls_in_json(recorder.reads, recorder)},
            {"changes", recorder.changes},
            {"faults", std::move(rows)},
            {"wrong_answers", recorder.wrong_count()},
            {"wrong", std::move(wrong)}};
}

} // namespace bookstore::ctl::torture
