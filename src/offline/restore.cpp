#include <bookstore/offline/restore.hpp>

#include <stdexcept>
#include <utility>
#include <vector>

#include <bookstore/base/random.hpp>
#include <bookstore/replication/refounding.hpp>
#include <bookstore/storage/data_directory.hpp>
#include <bookstore/storage/log_store.hpp>
#include <bookstore/storage/state_store.hpp>

#include "offline/backup_contents.hpp"
#include "offline/group_folders.hpp"
#include "offline/new_file.hpp"
#include "offline/text.hpp"

namespace bookstore::offline {
namespace {

constexpr std::size_t changes_at_once = 10'000;

/// Named so that no process takes it for a group's.
std::filesystem::path unfinished(const storage::DataDirectory& directory) {
    return directory.path() / "restore.partial";
}

void require_empty(const storage::DataDirectory& directory) {
    std::filesystem::remove_all(unfinished(directory)); // of a restore that was killed
    if (!directory.empty())
        throw std::runtime_error(directory.path().string() +
                                 ": is not empty, and a restore never overwrites: name an empty folder");
}

/// What is written before the last step is not durable, and not right; the folder has another name then.
std::uint64_t write_state(const std::filesystem::path& folder, const std::filesystem::path& file,
                          const ReadBackup& backup, const Seed& seed, const BackupPart& part) {
    const auto machine = make_machine(seed.group);
    const auto state = storage::open_sqlite_state(folder.string(), machine->tables());
    base::RowChanges changes;
    std::uint64_t digest = 0;
    const auto write = [&] { state->apply(std::exchange(changes, {}), {part.version, part.term}, digest); };
    visit_restored(file, backup, seed.group, [&](std::uint8_t table, base::Row row) {
        digest += base::row_hash(table, row);
        changes.put(table, row);
        if (changes.size() == changes_at_once) write();
    });
    write();
    state->checkpoint();
    state->load(*machine); // it must be what a process will accept
    return digest;
}

} // namespace

Restored restore_backup(const std::filesystem::path& backup, const std::filesystem::path& directory,
                        const Seed& seed) {
    ReadBackup read;
    read_backup(backup, read);
    const storage::DataDirectory data(directory);
    require_empty(data);
    const auto folder = unfinished(data);
    std::filesystem::create_directory(folder);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);

    const auto& part = seed.group == "order" ? read.summary.order : read.summary.catalog;
    Restored restored;
    restored.digest = write_state(folder, backup, read, seed, part);
    base::Random random(base::random_seed());
    const auto founding =
        replication::found_behind({part.version, part.term}, part.generation, seed.slot, seed.slots, random);
    {
        const auto log = storage::open_log(folder.string());
        log->load();
        log->write(founding.write);
    }
    rename_durably(folder, data.path() / seed.group);

    restored.node = hex(consensus::number(founding.identity.node));
    restored.generation = founding.identity.generation;
    restored.version = part.version;
    restored.unrecorded = read.unrecorded;
    return restored;
}

} // namespace bookstore::offline
