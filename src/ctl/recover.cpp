#include <chrono>
#include <iostream>

#include <bookstore/cluster/group.hpp>
#include <bookstore/offline/recover.hpp>

#include "ctl/cluster_file.hpp"
#include "ctl/command.hpp"

namespace bookstore::ctl {
namespace {

using boost::asio::awaitable;
using offline::Survivor;

constexpr base::Duration patience = base::seconds(2); ///< for a word of another replica's process

/// Who belongs in another slot of the group, and whether a process answers there.
struct Other {
    unsigned slot = 0;
    net::Endpoint endpoint;
    bool answers = false;
};

std::string name_of(const Other& other) {
    return "slot " + std::to_string(other.slot) + " (" + net::to_string(other.endpoint) + ")";
}

std::string when(std::filesystem::file_time_type time) {
    const auto system = std::chrono::file_clock::to_sys(time).time_since_epoch();
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(system).count();
    return base::to_iso8601(base::WallTime{ms});
}

awaitable<std::vector<Other>> look_for_others(Context& context, const Survivor& survivor) {
    const cluster::Config config = read_cluster_file(context.options);
    const auto group = cluster::group_of(config, parse_group_role("", survivor.group));
    if (group.slots.size() != survivor.slots)
        throw CommandFailed("the configuration has " + std::to_string(group.slots.size()) +
                            " members in the " + survivor.group + " group, this disk knows " +
                            std::to_string(survivor.slots));
    std::vector<Other> others;
    for (unsigned slot = 0; slot < group.slots.size(); ++slot) {
        if (slot == survivor.slot) continue;
        net::HttpRequest request;
        request.target = "/healthz"; // who is alive says so, ready or not
        const auto answer = co_await context.http.send(group.slots[slot].endpoint, std::move(request),
                                                       context.scheduler.now() + patience);
        others.push_back({slot, group.slots[slot].endpoint, answer.has_value()});
    }
    co_return others;
}

void show(const Survivor& survivor, const std::vector<Other>& others, std::ostream& out) {
    out << "This disk: group " << survivor.group << ", slot " << survivor.slot << ", node " << survivor.node
        << ", generation " << survivor.generation << "\n"
        << "  version " << survivor.version << "; the log ends at " << survivor.last_index << " of term "
        << survivor.last_term << "; newest term heard of " << survivor.vote_term << "\n"
        << "  written the last time at " << when(survivor.written) << "\n"
        << "Who counts, as far as it knows: " << survivor.voters.size() << " voters, " << survivor.majority()
        << " are a majority\n";
    for (const auto& voter : survivor.voters)
        out << "  slot " << voter.slot << ", node " << voter.node
            << (voter.node == survivor.node ? ": this disk\n" : "\n");
    for (const Other& other : others)
        out << name_of(other) << (other.answers ? ": a process answers\n" : ": no answer\n");
}

void show_losses(const Survivor& survivor, std::ostream& out) {
    out << "What may be lost: whatever the others acknowledged without this replica. That is everything\n"
           "answered after "
        << when(survivor.written) << ", and before it what this replica had not been\nsent yet, if it "
        << "had fallen behind. All that is in its log is kept.\n";
    if (survivor.group == "catalog")
        out << "Of the catalog: changes of stock and prices, and the copies of purchases: these stand in "
               "the\n"
               "order book all the same, with their copies back on the shelf. bookstorectl audit names "
               "them.\n";
    else
        out << "Of the order book: orders. Those whose sale the catalog still has unconfirmed are written\n"
               "anew, perhaps under other numbers; bookstorectl audit names the items of the rest.\n";
}

/// Throws CommandFailed when the group is not lost, or it is not sure to be.
void require_need(const Context& context, const Survivor& survivor, const std::vector<Survivor>& more,
                  const std::vector<Other>& others) {
    if (!survivor.votes())
        throw CommandFailed("refused: this replica is no voter of its group; recover one that is");
    std::string up, silent;
    for (const Other& other : others)
        (other.answers ? up : silent) += ((other.answers ? up : silent).empty() ? "" : ", ") + name_of(other);
    if (!up.empty())
        throw CommandFailed("refused: " + up +
                            " is up. If a majority can be started, start it: nothing is lost then. If not, "
                            "stop what is up, and compare: name the directories of all that are left");
    if (survivor.voters_among(more) >= survivor.majority())
        throw CommandFailed("refused: a majority is left. Start these replicas: nothing is lost then");
    for (const Survivor& other : more) {
        if (other.group != survivor.group || other.slot == survivor.slot)
            throw CommandFailed("refused: the directories are not of two replicas of one group");
        if (other.has_more_than(survivor))
            throw CommandFailed("refused: slot " + std::to_string(other.slot) +
                                " has more: its log ends at " + std::to_string(other.last_index) +
                                " of term " + std::to_string(other.last_term) + ". Recover that one");
    }
    if (!silent.empty() && !context.options.has("others-are-gone"))
        throw CommandFailed(
            "refused: " + silent +
            " may only be out of reach. Should their disks ever form a majority without hearing "
            "of this one, there are two shops. Say --others-are-gone when they are gone for "
            "good");
}

bool confirmed(const Context& context, const Survivor& survivor) {
    if (context.options.has("yes")) return true;
    context.out << "Type the name of the group to go on: " << std::flush;
    std::string typed;
    std::getline(std::cin, typed);
    return typed == survivor.group;
}

awaitable<int> recover(Context& context) {
    const auto& arguments = context.options.arguments;
    const auto group = context.options.setting("group").value_or("");
    if (!group.empty()) parse_group_role("--group=", group);
    offline::Recovery recovery(arguments.front(), group);
    const Survivor before = recovery.survivor();
    std::vector<Survivor> more;
    for (auto other = arguments.begin() + 1; other != arguments.end(); ++other)
        more.push_back(offline::Recovery(*other, before.group).survivor());
    const auto others = co_await look_for_others(context, before);
    show(before, others, context.out);
    require_need(context, before, more, others);
    show_losses(before, context.out);
    if (!confirmed(context, before)) throw CommandFailed("not confirmed: nothing was changed");
    const Survivor after = recovery.recover();
    context.out
        << "Done: node " << after.node << " is the " << after.group << " group, generation "
        << after.generation
        << ".\nStart its process. Start each other replica on an empty data directory with "
           "--first-start=0;\nuntil they have joined, the group bears no further loss. Never start one "
           "with its former data.\n";
    co_return 0;
}

constexpr CommandOption options[] = {
    {"group", "NAME", "Which one, when the directory has members of two."},
    {"others-are-gone", "", "The replicas that do not answer are gone for good."},
    {"yes", "", "Does not ask."},
};

} // namespace

const Command recover_command{
    .name = "recover",
    .synopsis = "DIR [OTHER-DIR]...",
    .summary = "Goes on with one replica when a majority is lost.",
    .details =
        "For a group that has lost its majority for good. DIR is the data directory of a replica that is\n"
        "left, and does not run; OTHER-DIRs are those of others that are left, brought here to be\n"
        "compared. Shows what it has, asks every other configured process whether it is there (--config),\n"
        "and tells what may be lost. Then, once the group's name has been typed, the replica is made the\n"
        "one member of its group; the others join it anew, empty.\n"
        "\nRefused when another replica answers, when a majority is left, when an OTHER-DIR has more, and,\n"
        "without --others-are-gone, when one does not answer: two halves that do not hear of each other\n"
        "could both sell. The members of before are not taken back.\n"
        "\nExit status: 0 done; 1 refused, nothing was changed; 2 bad usage.\n",
    .options = options,
    .arguments_min = 1,
    .arguments_max = 8,
    .run = &recover,
};

} // namespace bookstore::ctl
