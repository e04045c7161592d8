#include <bookstore/offline/recover.hpp>

#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <utility>

#include <bookstore/base/error.hpp>
#include <bookstore/base/random.hpp>
#include <bookstore/consensus/message.hpp>
#include <bookstore/offline/verify.hpp>
#include <bookstore/replication/refounding.hpp>
#include <bookstore/storage/log_store.hpp>

#include "offline/group_folders.hpp"
#include "offline/text.hpp"
#include "offline/verify_group.hpp"

namespace bookstore::offline {
namespace {

using consensus::Configuration;

[[noreturn]] void refuse(const GroupFolder& folder, const std::string& why) {
    throw std::runtime_error(folder.path.string() + ": " + why);
}

const GroupFolder& choose(const std::vector<GroupFolder>& folders, const std::string& group) {
    if (group.empty() && folders.size() == 1) return folders.front();
    for (const GroupFolder& folder : folders)
        if (folder.group == group) return folder;
    if (group.empty())
        throw std::runtime_error("the directory has members of two groups: say --group=catalog or order");
    throw std::runtime_error("the directory has no member of the " + group + " group");
}

void require_sound(const GroupFolder& folder) {
    for (const Finding& finding : verify_group(folder))
        if (finding.result == Finding::Result::damaged)
            throw std::runtime_error(finding.file +
                                     ": damaged, no group can be founded on it: " + finding.text);
}

replication::Identity identity_in(const GroupFolder& folder, const storage::LoadedLog& log) {
    const auto identity = replication::decode_identity(log.metadata); // it is sound
    if (!identity || !identity->formed()) refuse(folder, "this replica never belonged to a group");
    if (identity->removed)
        refuse(folder, "this replica was removed from its group, which went on without it");
    if (identity->overtaken_by != 0)
        refuse(folder, "the group was refounded without this replica, and goes on");
    return *identity;
}

/// The last word on who counts.
Configuration configuration_in(const replication::Identity& identity, const storage::LoadedLog& log) {
    const auto last = std::find_if(log.records.rbegin(), log.records.rend(), [](const auto& record) {
        return static_cast<consensus::EntryKind>(record.kind) == consensus::EntryKind::configuration;
    });
    if (last == log.records.rend()) return identity.configuration;
    const auto decoded = consensus::decode_configuration(*last->payload);
    INVARIANT(decoded.has_value()); // its checksum was right
    return *decoded;
}

std::filesystem::file_time_type last_written(const std::filesystem::path& folder) {
    auto newest = std::filesystem::file_time_type::min();
    for (const auto& segment : std::filesystem::directory_iterator(folder / "log"))
        newest = std::max(newest, segment.last_write_time());
    return newest;
}

Survivor survivor_of(const GroupFolder& folder, const replication::Identity& identity,
                     const storage::LoadedLog& log) {
    Survivor survivor;
    survivor.group = folder.group;
    survivor.node = hex(number(identity.node));
    survivor.slot = replication::slot_in(identity.node);
    survivor.slots = identity.founders.size();
    survivor.generation = identity.generation;
    survivor.vote_term = log.vote.term;
    survivor.last_term = log.records.empty() ? log.base_term : log.records.back().term;
    survivor.last_index = log.records.empty() ? log.base_index : log.records.back().index;
    for (const auto voter : configuration_in(identity, log).voters)
        survivor.voters.push_back({hex(number(voter)), replication::slot_in(voter)});
    return survivor;
}

} // namespace

bool Survivor::votes() const {
    return std::any_of(voters.begin(), voters.end(), [&](const Voter& voter) { return voter.node == node; });
}

std::size_t Survivor::voters_among(const std::vector<Survivor>& others) const {
    const auto is_there = [&](const Voter& voter) {
        return voter.node == node || std::any_of(others.begin(), others.end(), [&](const Survivor& other) {
                   return other.node == voter.node;
               });
    };
    return static_cast<std::size_t>(std::count_if(voters.begin(), voters.end(), is_there));
}

bool Survivor::has_more_than(const Survivor& other) const {
    return std::tie(generation, last_term, last_index) >
           std::tie(other.generation, other.last_term, other.last_index);
}

struct Recovery::Impl {
    Impl(const std::filesystem::path& directory, const std::string& group)
        : folders(directory), folder(choose(folders.all(), group)) {
        require_sound(folder);
        look();
        survivor.version = state_version(folder);
        survivor.written = last_written(folder.path);
    }

    void look() {
        log = storage::inspect_log(folder.path.string());
        identity = identity_in(folder, log);
        auto seen = survivor_of(folder, identity, log);
        seen.version = survivor.version;
        seen.written = survivor.written;
        survivor = std::move(seen);
    }

    GroupFolders folders;
    const GroupFolder& folder;
    storage::LoadedLog log;
    replication::Identity identity;
    Survivor survivor;
};

Recovery::Recovery(const std::filesystem::path& directory, const std::string& group)
    : impl_(std::make_unique<Impl>(directory, group)) {}

Recovery::~Recovery() = default;

const Survivor& Recovery::survivor() const {
    return impl_->survivor;
}

Survivor Recovery::recover() {
    {
        const auto store = storage::open_log(impl_->folder.path.string());
        const auto log = store->load(); // durable from here on, whatever the last process had synced of it
        base::Random random(base::random_seed());
        store->write(replication::refound(impl_->identity, log, random).write);
    }
    impl_->look();
    return impl_->survivor;
}

} // namespace bookstore::offline
