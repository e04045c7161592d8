#include <bookstore/storage/state_store.hpp>

#include <filesystem>
#include <stdexcept>
#include <utility>

#include <bookstore/base/log.hpp>

#include "storage/set_aside.hpp"
#include "storage/state_file.hpp"
#include "storage/state_schema.hpp"
#include "storage/succeed.hpp"

namespace bookstore::storage {
namespace {

/// A file that can be replaced by a new one.
class SqliteState final : public StateStore {
public:
    SqliteState(const std::string& directory, std::span<const base::Table> tables, Schema schema)
        : files_(directory), tables_(tables), schema_(std::move(schema)) {
        succeed(files_); // an installation that a crash cut short
        try {
            open();
        } catch (const Damaged& damage) {
            const auto kept = replace();
            base::log::error("the state is damaged: it is set aside, and made anew",
                             {{"cause", damage.what()}, {"kept_as", kept}});
        }
    }

    Position load(base::StateMachine& machine) override { return file().load(machine); }
    std::string set_aside() override {
        file_->abandon();
        file_.reset();
        return replace();
    }
    void apply(const base::RowChanges& changes, Position position, std::uint64_t digest) override {
        file().apply(changes, position, digest);
    }
    Position checkpoint() override { return file().checkpoint(); }
    Position install() override {
        appoint_successor(files_);
        file().abandon(); // its end is near: what its log holds need not get into it any more
        file_.reset();
        succeed(files_);
        open();
        return file_->checkpoint();
    }
    Scrubbed scrub(std::size_t max_bytes) override { return file().scrub(max_bytes); }

private:
    StateFile& file() {
        if (!file_)
            throw std::runtime_error(files_.current.string() + ": could not be replaced, and is closed");
        return *file_;
    }
    void open() {
        file_ = std::make_unique<StateFile>(files_.current.parent_path().string(), tables_, schema_);
    }
    std::string replace() {
        auto kept = set_database_aside(files_.current);
        open();
        return kept.string();
    }

    const StateFiles files_;
    const std::span<const base::Table> tables_;
    const Schema schema_;
    std::unique_ptr<StateFile> file_; ///< none after a replacement that failed
};

} // namespace

std::unique_ptr<StateStore> open_sqlite_state(const std::string& directory,
                                              std::span<const base::Table> tables, int schema_version,
                                              std::function<std::string(int from)> migrate) {
    return std::make_unique<SqliteState>(directory, tables,
                                         state_schema(tables, schema_version, std::move(migrate)));
}

StateStore::Position check_sqlite_state(const std::string& directory, base::StateMachine& machine) {
    const StateFiles files(directory);
    succeed(files);
    if (!std::filesystem::exists(files.current)) throw Damaged(directory + "/state.db: is missing");
    StateFile file(directory, machine.tables(), state_schema(machine.tables(), 1));
    file.abandon();
    file.check_integrity();
    return file.load(machine);
}

} // namespace bookstore::storage
