#include <bookstore/offline/verify.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <bookstore/replication/identity.hpp>
#include <bookstore/storage/log_store.hpp>
#include <bookstore/storage/state_store.hpp>

#include "offline/group_folders.hpp"
#include "offline/text.hpp"
#include "offline/verify_group.hpp"

namespace bookstore::offline {
namespace {

using Result = Finding::Result;
using Position = storage::StateStore::Position;

constexpr const char* log_lost =
    " Votes and acknowledged entries may be lost with it, so the replica must not go on under its old name. "
    "Remove nothing: where a majority of its group is sound it can join anew; where not, what is left here "
    "is "
    "needed (bookstorectl recover, or a backup).";
constexpr const char* log_strange =
    " The replica refuses to start with it. Keep the data directory, under another name: where a majority of "
    "its group is sound the replica can join anew, with an empty one and --first-start=0.";
constexpr const char* rebuild =
    " The replica sets it aside when it starts, and takes its contents from the others; a group of one needs "
    "a backup.";

/// What is known of one group's folder, and what was found so far.
struct Look {
    GroupFolder folder;
    std::vector<Finding>& findings;

    std::string file(const char* name) const { return (folder.path / name).string(); }
    void find(const char* name, Result result, std::string text) {
        findings.push_back({file(name), result, std::move(text)});
    }
};

std::optional<storage::LoadedLog> look_at_log(Look& look) {
    if (!std::filesystem::exists(look.folder.path / "log")) {
        look.find("log", Result::damaged, std::string("is missing.") + log_lost);
        return std::nullopt;
    }
    try {
        auto log = storage::inspect_log(look.folder.path.string());
        look.find("log", Result::sound,
                  log.records.empty()
                      ? "no entries behind " + std::to_string(log.base_index)
                      : counted(log.records.size(), "entry", "entries") + ", " +
                            std::to_string(log.base_index + 1) + " to " +
                            std::to_string(log.records.back().index) + ", each as its checksum says");
        return log;
    } catch (const storage::Damaged& damage) {
        look.find("log", Result::damaged, std::string(damage.what()) + "." + log_lost);
        return std::nullopt;
    }
}

void look_at_identity(Look& look, const storage::LoadedLog& log) {
    if (log.metadata.empty())
        return look.find("log", Result::noted, "no identity yet: this replica has never been started");
    const auto identity = replication::decode_identity(log.metadata);
    if (!identity)
        return look.find("log", Result::damaged, std::string("its identity cannot be read.") + log_strange);
    std::string text = "node " + hex(consensus::number(identity->node)) + " of slot " +
                       std::to_string(replication::slot_in(identity->node));
    if (!identity->formed()) return look.find("log", Result::noted, text + ", of no group yet");
    if (identity->removed) return look.find("log", Result::noted, text + ", removed from its group");
    look.find("log", Result::sound, text);
}

std::optional<Position> look_at_state(Look& look) {
    const auto machine = make_machine(look.folder.group);
    try {
        const auto position = storage::check_sqlite_state(look.folder.path.string(), *machine);
        if (machine->digest() != machine->recompute_digest())
            throw storage::Damaged("its rows contradict each other");
        look.find("state.db", Result::sound,
                  "version " + std::to_string(position.index) + ", digest " + hex(machine->digest()) +
                      ", as its rows add up");
        return position;
    } catch (const storage::Damaged& damage) {
        look.find("state.db", Result::damaged, std::string(damage.what()) + "." + rebuild);
        return std::nullopt;
    }
}

/// As a start would judge it.
void look_at_positions(Look& look, const storage::LoadedLog& log, Position state) {
    const auto last = log.records.empty() ? log.base_index : log.records.back().index;
    const auto at = "version " + std::to_string(state.index);
    if (state.index < log.base_index)
        return look.find("state.db", Result::damaged,
                         at + ", and the log begins behind " + std::to_string(log.base_index) + "." +
                             rebuild);
    const auto term = [&] {
        return state.index == log.base_index ? log.base_term
                                             : log.records[state.index - log.base_index - 1].term;
    };
    if (state.index <= last && term() == state.term)
        return look.find("state.db", Result::sound, at + " is in the log, or where it begins");
    if (state.index == log.base_index)
        return look.find("log", Result::damaged,
                         "it and the state disagree about the term of " + at + "." + log_strange);
    look.find("log", Result::noted,
              "ends before, or parts from, the state's " + at +
                  ": it starts anew behind that, which loses nothing");
}

} // namespace

std::vector<Finding> verify_group(const GroupFolder& folder) {
    std::vector<Finding> findings;
    Look look{folder, findings};
    const auto log = look_at_log(look);
    if (log) look_at_identity(look, *log);
    const auto state = look_at_state(look);
    if (log && state) look_at_positions(look, *log, *state);
    return findings;
}

std::uint64_t state_version(const GroupFolder& folder) {
    return storage::check_sqlite_state(folder.path.string(), *make_machine(folder.group)).index;
}

bool Verification::damaged() const {
    return std::any_of(findings.begin(), findings.end(),
                       [](const Finding& finding) { return finding.result == Result::damaged; });
}

Verification verify_directory(const std::filesystem::path& directory) {
    const GroupFolders folders(directory);
    Verification verification;
    for (const GroupFolder& folder : folders.all())
        std::ranges::move(verify_group(folder), std::back_inserter(verification.findings));
    return verification;
}

} // namespace bookstore::offline
