#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "ctl/audit_read.hpp"
#include "ctl/secret.hpp"

namespace bookstore::ctl {
namespace {

constexpr base::Duration pause_between_tries = base::milliseconds(200);
/// A shop that was restored, or lost a leader, confirms the sales of before after five seconds, one by one.
constexpr base::Duration wait_by_default = base::seconds(30);

enum class Conclusion { clean, disagree, unheard, busy };

struct Audit {
    Conclusion conclusion = Conclusion::busy;
    ShopFacts facts;
    std::vector<Disagreement> found;
    std::string unrest; ///< why it cannot tell when it is too busy to
};

std::vector<std::string> unheard_in(const ShopFacts& facts) {
    std::vector<std::string> all;
    for (const auto* group : {&facts.catalogs, &facts.orders})
        for (const ReplicaFacts& replica : *group)
            if (!replica.failure.empty()) all.push_back(replica.name + ": " + replica.failure);
    return all;
}

/// One look at everything.
Audit conclude(ShopFacts facts) {
    Audit audit;
    audit.facts = std::move(facts);
    audit.unrest = audit.facts.moved;
    if (!audit.facts.still()) return audit;
    audit.found = disagreements(audit.facts);
    if (!audit.found.empty())
        audit.conclusion = Conclusion::disagree;
    else
        audit.conclusion = unheard_in(audit.facts).empty() ? Conclusion::clean : Conclusion::unheard;
    return audit;
}

bool has_lasting(const Audit& audit) {
    return std::any_of(audit.found.begin(), audit.found.end(),
                       [](const Disagreement& one) { return one.lasting; });
}

/// Nothing has changed from one look to the next.
bool rested(const ShopFacts& before, const ShopFacts& after) {
    const auto same = [](const std::vector<ReplicaFacts>& a, const std::vector<ReplicaFacts>& b) {
        return std::equal(
            a.begin(), a.end(), b.begin(), b.end(),
            [](const ReplicaFacts& x, const ReplicaFacts& y) { return x.version == y.version; });
    };
    return before.still() && after.still() && same(before.catalogs, after.catalogs) &&
           same(before.orders, after.orders);
}

std::string_view name_of(Conclusion conclusion) {
    switch (conclusion) {
    case Conclusion::clean:
        return "clean";
    case Conclusion::disagree:
        return "disagreement";
    case Conclusion::unheard:
        return "incomplete";
    case Conclusion::busy:
        break;
    }
    return "busy";
}

void show(const Audit& audit, Context& context) {
    for (const Disagreement& one : audit.found)
        context.out << context.style.red("disagreement") << "  " << printable_lines(one.text) << "\n";
    for (const std::string& one : unheard_in(audit.facts))
        context.out << context.style.yellow("not heard") << "  " << printable(one) << "\n";
    if (audit.conclusion == Conclusion::busy)
        context.out << "too busy to tell: there was no moment in which nothing changed (last: "
                    << printable_lines(audit.unrest) << "); see --wait\n";
    else
        context.out << summary(audit.facts) << ": " << context.style.bold(name_of(audit.conclusion)) << "\n";
}

void show_json(const Audit& audit, Context& context) {
    boost::json::array found, unheard;
    for (const Disagreement& one : audit.found)
        found.emplace_back(one.text);
    for (const std::string& one : unheard_in(audit.facts))
        unheard.emplace_back(one);
    boost::json::object out{{"result", name_of(audit.conclusion)},
                            {"disagreements", std::move(found)},
                            {"not_heard", std::move(unheard)}};
    if (audit.conclusion == Conclusion::busy)
        out["reason"] = audit.unrest;
    else
        out["summary"] = summary(audit.facts);
    context.out << boost::json::serialize(out) << "\n";
}

boost::asio::awaitable<int> audit(Context& context) {
    const std::string secret = cluster_secret(context.options);
    const auto wait = context.options.setting("wait");
    const base::TimePoint deadline =
        context.scheduler.now() + (wait ? parse_seconds("wait", *wait) : wait_by_default);
    const auto replicas = co_await find_replicas(context);
    Audit last;
    for (;;) {
        const ShopFacts before = std::move(last.facts);
        ShopFacts facts = co_await read_facts(context, replicas, secret);
        last = conclude(std::move(facts));
        if (last.conclusion == Conclusion::clean || has_lasting(last)) break;
        // A purchase under way may be what disagrees, unless all has come to rest.
        if (last.conclusion == Conclusion::disagree && !rested(before, last.facts)) {
            last.conclusion = Conclusion::busy;
            last.unrest = last.found.front().text;
            last.found.clear();
        }
        if (context.scheduler.now() >= deadline) break;
        const bool interrupted = co_await context.interruption.sleep(pause_between_tries);
        if (interrupted) break;
    }
    context.json() ? show_json(last, context) : show(last, context);
    if (last.conclusion == Conclusion::clean) co_return 0;
    co_return last.conclusion == Conclusion::disagree ? 1 : 3;
}

constexpr CommandOption options[] = {
    {"wait", "SECONDS", "For a quiet moment, at most: 30."},
    {"secret-file", "FILE", "The cluster's credential, when it has one."},
};

} // namespace

const Command audit_command{
    .name = "audit",
    .synopsis = "[--wait=SECONDS]",
    .summary = "Proves that books and orders agree on every replica.",
    .details =
        "Asks every catalog and order replica for all it has, and checks that: copies gone from stock are\n"
        "copies on order, for every item; order numbers have no gaps and no key has two orders; no sale\n"
        "waits to be confirmed; replicas at the same version have the same digest, which is that of their\n"
        "data. What disagrees is told by replica, item, order and key. On a busy shop it waits for a\n"
        "moment in which nothing changes.\n"
        "\nExit status: 0 all agrees, 1 something disagrees, 3 could not tell: too busy, or a replica\n"
        "could not be asked.\n",
    .options = options,
    .arguments_min = 0,
    .arguments_max = 0,
    .run = &audit,
};

} // namespace bookstore::ctl
