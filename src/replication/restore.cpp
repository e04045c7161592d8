#include "replication/restore.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include <bookstore/base/log.hpp>

namespace bookstore::replication {
namespace {

using Position = storage::StateStore::Position;

[[noreturn]] void refuse(const ReplicaOptions& options, const std::string& why) {
    throw std::runtime_error(options.group + " replica " + std::to_string(options.slot) + ": " + why);
}

void check_start_flag(const ReplicaOptions& options, bool has_data) {
    if (has_data && options.first_start.value_or(false))
        refuse(options,
               "--first-start=1, but the data directory holds data already: start without it to resume, or "
               "name an empty directory");
}

std::uint64_t last_index(const storage::LoadedLog& log) {
    return log.records.empty() ? log.base_index : log.records.back().index;
}

/// Does the log hold, at the state's position, what the state has applied there?
bool contains(const storage::LoadedLog& log, Position state) {
    if (state.index == log.base_index) return state.term == log.base_term;
    return state.index <= last_index(log) && log.records[state.index - log.base_index - 1].term == state.term;
}

/// A crash between the installation of a snapshot and the reset of the log behind it, or a state that had
/// applied what only others had made durable: everything in the log up to the state is part of it, and what
/// follows contradicts it.
void overtake(const ReplicaOptions& options, storage::LogStore& store, storage::LoadedLog& log,
              Position state) {
    base::log::warning("the log ends before, or contradicts, the state: it starts anew behind it",
                       {{"group", options.group}, {"log_last", last_index(log)}, {"state", state.index}});
    storage::LogWrite write;
    write.reset = storage::LogWrite::Reset{state.index, state.term};
    store.write(write);
    log.base_index = state.index;
    log.base_term = state.term;
    log.records.clear();
}

void reconcile(const ReplicaOptions& options, storage::LogStore& store, storage::LoadedLog& log,
               Position state) {
    if (contains(log, state)) return;
    if (state.index == log.base_index)
        refuse(options, "state and log disagree about the term of version " + std::to_string(state.index) +
                            ". Move the data directory away and start with --first-start=0");
    overtake(options, store, log, state);
}

consensus::Restored to_core(storage::LoadedLog log, Position state, const Identity& identity) {
    consensus::Restored restored;
    restored.hard_state = {consensus::Term{log.vote.term}, consensus::NodeId{log.vote.vote}};
    restored.base_index = consensus::LogIndex{log.base_index};
    restored.base_term = consensus::Term{log.base_term};
    restored.applied = consensus::LogIndex{state.index};
    restored.configuration = identity.configuration;
    restored.entries.reserve(log.records.size());
    for (auto& record : log.records)
        restored.entries.push_back({consensus::LogIndex{record.index}, consensus::Term{record.term},
                                    static_cast<consensus::EntryKind>(record.kind),
                                    std::move(record.payload)});
    return restored;
}

/// A log that is damaged may have lost votes and what was acknowledged: there is no going on with it. Where
/// there are others to join it is kept beside and begun anew.
storage::LoadedLog load_log(const ReplicaOptions& options, storage::LogStore& store) {
    try {
        return store.load();
    } catch (const storage::Damaged& damage) {
        if (options.members.size() == 1)
            refuse(options,
                   std::string(damage.what()) + ". There is no other replica to join: restore a backup");
        check_start_flag(options, true);
        const auto kept = store.set_aside();
        base::log::error("the log is damaged: it is set aside, and this replica joins its group anew",
                         {{"group", options.group}, {"cause", damage.what()}, {"kept_as", kept}});
        return store.load();
    }
}

/// What is left of a damaged state is nothing: it is not known which of its rows are right.
Position load_state(const ReplicaOptions& options, storage::StateStore& store, base::StateMachine& machine) {
    try {
        return store.load(machine);
    } catch (const storage::Damaged& damage) {
        machine.clear();
        const auto kept = store.set_aside();
        base::log::error("the state is damaged: it is set aside, and made anew",
                         {{"group", options.group}, {"cause", damage.what()}, {"kept_as", kept}});
        return {};
    }
}

/// The log and the votes in it are as good as ever; the contents of what was cut off it are another's to
/// give.
void give_up_contents(Loaded& loaded, const storage::LoadedLog& log, base::StateMachine& machine) {
    machine.clear();
    machine.take_changes();
    loaded.contents_lost = true;
    loaded.state = {log.base_index, log.base_term};
}

Identity new_identity(const ReplicaOptions& options, storage::LogStore& store, base::Random& random,
                      bool must_join) {
    Identity identity;
    identity.node = make_node_id(options.slot, random);
    identity.must_join = must_join;
    store.write({.metadata = encode(identity)});
    return identity;
}

/// The log is gone, by damage or otherwise, and this slot has been in a group before: whatever it has
/// promised there, it did so under another name. Its state goes beside, too; the group's is taken anew. In an
/// order in which a crash between any two steps leads here again.
Identity identity_of_a_lost_one(const ReplicaOptions& options, const Environment& environment,
                                base::StateMachine& machine, Position& state) {
    check_start_flag(options, true);
    if (options.members.size() == 1)
        refuse(options, "the log is lost, and there is no other replica to join: restore a backup");
    if (state.index > 0) {
        machine.clear();
        const auto kept = environment.state.set_aside();
        base::log::error("the state has no log any more: it is set aside, and this replica joins anew",
                         {{"group", options.group}, {"version", state.index}, {"kept_as", kept}});
        state = {};
    }
    return new_identity(options, environment.log, environment.random, true);
}

Identity known_identity(const ReplicaOptions& options, const std::string& metadata) {
    auto identity = decode_identity(metadata);
    if (!identity)
        refuse(options, "the log's metadata is damaged. Move the data directory away and start with "
                        "--first-start=0");
    if (slot_in(identity->node) != options.slot)
        refuse(options, "the data directory is that of replica " + std::to_string(slot_in(identity->node)) +
                            ", or of an earlier format");
    if (identity->formed() && identity->founders.size() != options.members.size())
        refuse(options, "the configuration names " + std::to_string(options.members.size()) +
                            " members, but this replica's group was formed with " +
                            std::to_string(identity->founders.size()));
    return std::move(*identity);
}

} // namespace

Loaded load_from_disk(const ReplicaOptions& options, const Environment& environment,
                      base::StateMachine& machine) {
    Loaded loaded;
    auto log = load_log(options, environment.log);
    loaded.state = load_state(options, environment.state, machine);
    machine.take_changes();
    const bool log_empty = log.metadata.empty() && last_index(log) == 0 && log.vote.term == 0;
    if (log_empty) {
        const bool lost = log.another_set_aside || loaded.state.index > 0;
        loaded.identity = lost ? identity_of_a_lost_one(options, environment, machine, loaded.state)
                               : new_identity(options, environment.log, environment.random, false);
        return loaded;
    }
    loaded.identity = known_identity(options, log.metadata);
    check_start_flag(options, loaded.identity.formed());
    if (loaded.state.index < log.base_index)
        give_up_contents(loaded, log, machine);
    else
        reconcile(options, environment.log, log, loaded.state);
    loaded.restored = to_core(std::move(log), loaded.state, loaded.identity);
    return loaded;
}

} // namespace bookstore::replication
