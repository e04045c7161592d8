#include <bookstore/storage/state_store.hpp>

#include <filesystem>
#include <utility>

#include <bookstore/base/log.hpp>

#include "storage/set_aside.hpp"
#include "storage/state_file.hpp"
#include "storage/table_sql.hpp"

namespace bookstore::storage {
namespace {

std::string schema_sql(std::span<const base::Table> tables) {
    std::string sql;
    for (const base::Table& table : tables)
        sql += create_table_sql(table);
    return sql + StateFile::position_sql();
}

/// A file that can be replaced by a new one.
class SqliteState final : public StateStore {
public:
    SqliteState(const std::string& directory, std::span<const base::Table> tables, Schema schema)
        : path_(std::filesystem::path(directory) / "state.db"), tables_(tables), schema_(std::move(schema)) {
        try {
            open();
        } catch (const Damaged& damage) {
            const auto kept = replace();
            base::log::error("the state is damaged: it is set aside, and made anew",
                             {{"cause", damage.what()}, {"kept_as", kept}});
        }
    }

    Position load(base::StateMachine& machine) override { return file_->load(machine); }
    std::string set_aside() override {
        file_->abandon();
        file_.reset();
        return replace();
    }
    void apply(const std::vector<base::RowChange>& changes, Position position,
               std::uint64_t digest) override {
        file_->apply(changes, position, digest);
    }
    Position checkpoint() override { return file_->checkpoint(); }
    std::string snapshot() override { return file_->snapshot(); }
    Position install(std::string_view snapshot) override { return file_->install(snapshot); }

private:
    void open() { file_ = std::make_unique<StateFile>(path_.parent_path().string(), tables_, schema_); }
    std::string replace() {
        auto kept = set_database_aside(path_);
        open();
        return kept.string();
    }

    const std::filesystem::path path_;
    const std::span<const base::Table> tables_;
    const Schema schema_;
    std::unique_ptr<StateFile> file_; ///< never none between calls
};

} // namespace

std::unique_ptr<StateStore> open_sqlite_state(const std::string& directory,
                                              std::span<const base::Table> tables, int schema_version,
                                              std::function<std::string(int from)> migrate) {
    return std::make_unique<SqliteState>(directory, tables,
                                         Schema{schema_version, schema_sql(tables), std::move(migrate)});
}

StateStore::Position check_sqlite_state(const std::string& directory, base::StateMachine& machine) {
    if (!std::filesystem::exists(std::filesystem::path(directory) / "state.db"))
        throw Damaged(directory + "/state.db: is missing");
    StateFile file(directory, machine.tables(), Schema{1, schema_sql(machine.tables()), {}});
    file.abandon();
    file.check_integrity();
    return file.load(machine);
}

} // namespace bookstore::storage
