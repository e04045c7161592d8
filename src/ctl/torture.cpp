#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>

#include <bookstore/history/json_lines.hpp>
#include <bookstore/net/loop.hpp>

#include "ctl/check_report.hpp"
#include "ctl/torture/customer.hpp"
#include "ctl/torture/faults.hpp"
#include "ctl/torture/plan.hpp"
#include "ctl/torture/setup.hpp"
#include "ctl/torture/summary.hpp"

namespace bookstore::ctl {
namespace {

using namespace torture;
using boost::asio::awaitable;

/// How long clients may ask, once all is well again, what became of their purchases.
constexpr base::Duration settling_time_max = base::seconds(60);

/// Opened before anything is done, so that no run is lost to a wrong name.
std::ofstream open_output(const std::string& option, const std::string& file) {
    std::ofstream out;
    if (file.empty()) return out;
    out.open(file);
    if (!out)
        throw UsageError("--" + option + "=" + file + ": " + std::strerror(errno) +
                         "; allowed is a file that can be written");
    return out;
}

class Torture {
public:
    Torture(Context& context, boost::asio::any_io_executor executor)
        : context_(context),
          plan_(plan_of(context.options, context.random.next())),
          history_out_(open_output("history", plan_.history_file)),
          report_out_(open_output("report", plan_.report_file)),
          recorder_(context.scheduler),
          load_{context, recorder_, "torture-" + context.random.uuid().substr(0, 8), {}},
          customers_(executor),
          saboteurs_(executor) {}

    awaitable<int> run() {
        std::vector<Victim> victims;
        if (plan_.hooks.any()) victims = co_await find_victims(context_);
        for (const Victim& victim : victims)
            for (const auto* hook :
                 {&plan_.hooks.kill, &plan_.hooks.start, &plan_.hooks.pause, &plan_.hooks.resume})
                static_cast<void>(fill_in(*hook, victim)); // throws before anything is struck
        load_.items = co_await add_books(context_, recorder_, plan_.items, load_.run);
        Faults faults(context_, plan_, std::move(victims), recorder_);
        say("seed " + std::to_string(plan_.seed) + ": " + std::to_string(plan_.clients) + " clients on " +
            std::to_string(plan_.items) + " books, the first is " + std::to_string(load_.items.front()));
        co_await suffer(faults);
        co_return co_await judge(faults);
    }

private:
    awaitable<void> suffer(Faults& faults) {
        recorder_.begin();
        for (std::uint64_t number = 1; number <= plan_.clients; ++number) {
            base::Random dice(plan_.seed * 1'000'003 + number);
            customers_list_.push_back(std::make_unique<Customer>(load_, number, dice));
            const auto task = [customer = customers_list_.back().get()] { return customer->run(); };
            customers_.start(task);
        }
        faults.start(saboteurs_);
        co_await watch(faults);
        recorder_.finish();
        load_.over = true;
        load_.settle_until = context_.scheduler.now() + settling_time_max;
        co_await customers_.wait();
        co_await saboteurs_.wait();
    }

    /// Until the time is up, or somebody wants it to end, and all is whole again; and a moment more: what
    /// clients see once all is well belongs to the history.
    awaitable<void> watch(Faults& faults) {
        const base::TimePoint end = context_.scheduler.now() + plan_.duration;
        bool calm = false;
        while (!calm) {
            calm = saboteurs_.idle() && context_.scheduler.now() >= end;
            const base::Duration left = end - context_.scheduler.now();
            const base::Duration step = left > base::Duration{}
                                            ? std::min<base::Duration>(left, base::seconds(1))
                                            : base::Duration(base::seconds(1));
            if (context_.interruption.happened() && saboteurs_.idle()) break;
            const bool interrupted = co_await wait_a_moment(step);
            if (interrupted || recorder_.full() || context_.scheduler.now() >= end) faults.stop();
            if (recorder_.full() && saboteurs_.idle()) break;
            show_progress(faults);
        }
        if (context_.interactive && !context_.json()) context_.out << "\r\x1b[K";
    }

    /// True when interrupted; it waits nevertheless when that has been so for long.
    awaitable<bool> wait_a_moment(base::Duration step) {
        if (!context_.interruption.happened()) co_return co_await context_.interruption.sleep(step);
        co_await net::sleep_until(context_.scheduler, context_.scheduler.now() + step);
        co_return true;
    }

    void show_progress(const Faults& faults) {
        if (context_.json()) return;
        const std::string line = progress_line(recorder_, faults);
        context_.out << (context_.interactive ? "\r" + line + "\x1b[K" : line + "\n") << std::flush;
    }

    awaitable<int> judge(const Faults& faults) {
        context_.interruption.rearm(); // a run that was ended early is judged all the same
        std::vector<int> verdicts;
        if (!context_.json())
            context_.out << "\n" << fault_table(recorder_, faults.all(), context_.style) << "\n";
        for (const std::string& wrong : recorder_.wrong())
            say(context_.style.red("wrong answer") + "  " + printable(wrong));
        if (recorder_.wrong_count() > 0) verdicts.push_back(1);
        if (!faults.trouble().empty()) {
            say(context_.style.yellow("fault not mended") + "  " + printable(faults.trouble()));
            verdicts.push_back(3);
        }
        verdicts.push_back(co_await audit());
        verdicts.push_back(check());
        const bool violated = std::ranges::count(verdicts, 1) > 0;
        const bool undecided = std::ranges::count(verdicts, 3) > 0;
        const std::string verdict = violated ? "violation" : undecided ? "undecided" : "clean";
        if (context_.json()) {
            auto all = in_json(recorder_, faults.all());
            all["seed"] = plan_.seed;
            all["trouble"] = faults.trouble();
            all["result"] = verdict;
            context_.out << boost::json::serialize(all) << "\n";
        } else {
            context_.out << "torture: " << context_.style.bold(verdict) << "\n";
        }
        co_return violated ? 1 : undecided ? 3 : 0;
    }

    awaitable<int> audit() {
        try {
            co_return co_await audit_command.run(context_);
        } catch (const CommandFailed& e) {
            say(context_.style.yellow("no audit") + "  " + e.what());
        }
        co_return 3;
    }

    int check() {
        history::History history = recorder_.take();
        std::ranges::stable_sort(history, {}, &history::Operation::call);
        if (history_out_.is_open()) history::write(history_out_, history);
        history_out_.flush();
        const history::Report report = history::check(history);
        show_check(report, context_);
        if (report_out_.is_open()) write_timeline(report_out_, history, report);
        return status_of(report.result);
    }

    void say(const std::string& line) {
        if (!context_.json()) context_.out << line << "\n" << std::flush;
    }

    Context& context_;
    Plan plan_;
    std::ofstream history_out_, report_out_;
    Recorder recorder_;
    Load load_;
    std::vector<std::unique_ptr<Customer>> customers_list_;
    Crew customers_, saboteurs_;
};

awaitable<int> torture_shop(Context& context) {
    Torture torture(context, co_await boost::asio::this_coro::executor);
    co_return co_await torture.run();
}

constexpr CommandOption options[] = {
    {"clients", "N", "So many at a time: 16."},
    {"seconds", "N", "How long: 60."},
    {"items", "N", "Books, which it adds itself: 12."},
    {"seed", "N", "Draws the same deeds and faults again."},
    {"kill-command", "COMMAND",
     "How to kill a process, e.g.\n'ssh {host} systemctl kill -s KILL bookstored@{name}'"},
    {"start-command", "COMMAND", "How to start it again."},
    {"pause-command", "COMMAND", "How to stop it for a while, e.g. with -s STOP."},
    {"continue-command", "COMMAND", "How to let it go on."},
    {"all-at-once", "", "Now and then kills every process at one moment."},
    {"fault-interval", "SECONDS", "Between two faults of one group, on average: 2."},
    {"history", "FILE", "Keeps what clients saw, for check-history."},
    {"report", "FILE.svg", "Draws what is wrong, or writes that nothing is."},
    {"wait", "SECONDS", "For a quiet moment to audit in, at most: 10."},
    {"secret-file", "FILE", "The cluster's credential, when it has one."},
};

} // namespace

const Command torture_command{
    .name = "torture",
    .synopsis = "[--seconds=N] ...",
    .summary = "Loads a shop, strikes its processes, checks it.",
    .details =
        "Clients buy, read and change books of their own, on the topic \"torture\", through all frontends,\n"
        "and record what they see. Meanwhile processes are killed or paused at random by the commands\n"
        "given, in which {role} {id} {name} {host} {port} {address} are filled in; each is mended soon.\n"
        "Never more than a minority of a group is away, unless --all-at-once is given. Then: what each\n"
        "fault cost the clients; an audit; and is there an order of all that happened that explains every\n"
        "answer? Without commands there are no faults. Ctrl-C ends it early, and mends what is broken.\n"
        "The books stay. Adding and changing them needs --admin-secret-file when the shop has that.\n"
        "\nExit status: 0 clean, 1 something is wrong, 2 bad usage, 3 undecided.\n",
    .options = options,
    .arguments_min = 0,
    .arguments_max = 0,
    .run = &torture_shop,
};

} // namespace bookstore::ctl
