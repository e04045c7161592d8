#include <bookstore/storage/snapshot_store.hpp>

#include <bookstore/base/error.hpp>

#include "storage/posix_file.hpp"
#include "storage/snapshot_intake.hpp"
#include "storage/snapshot_making.hpp"
#include "storage/state_building.hpp"
#include "storage/state_schema.hpp"

namespace bookstore::storage {
namespace {

class SqliteSnapshots final : public SnapshotStore {
public:
    SqliteSnapshots(const std::filesystem::path& directory, std::span<const base::Table> tables,
                    int schema_version)
        : files_(directory),
          made_path_(directory / "snapshot.made"),
          tables_(tables),
          schema_(state_schema(tables, schema_version)),
          intake_(directory / "snapshot.received") {
        std::filesystem::remove(made_path_);
        std::filesystem::remove(files_.building);
    }

    Made make() override {
        INVARIANT(!made_file_);
        try {
            if (!making_) making_.emplace(files_.current, made_path_, tables_);
            const auto summary = making_->step();
            if (!summary) return {false, {making_->position()}};
            made_file_.emplace(made_path_, PosixFile::Mode::read);
            making_.reset();
            return {true, *summary};
        } catch (...) {
            making_.reset();
            throw;
        }
    }

    std::string read_made(std::uint64_t offset, std::size_t bytes) override {
        INVARIANT(made_file_.has_value());
        std::string piece(bytes, '\0');
        piece.resize(made_file_->read_at(offset, piece.data(), bytes));
        return piece;
    }

    void drop_made() override {
        making_.reset();
        made_file_.reset();
        std::filesystem::remove(made_path_);
    }

    std::uint64_t resume(std::string_view label) override {
        building_.reset();
        rows_.reset();
        return intake_.resume(label);
    }
    void append(std::string_view piece) override { intake_.append(piece); }

    Made build() override {
        try {
            if (!building_) building_.emplace(files_, intake_.path(), intake_.offset(), tables_, schema_);
            const auto summary = building_->step();
            if (!summary) return {false, {building_->position()}};
            building_.reset();
            return {true, *summary};
        } catch (...) {
            building_.reset();
            throw;
        }
    }

    std::optional<Rows> next_rows() override {
        if (!rows_) rows_.emplace(intake_.path(), tables_, intake_.offset());
        Rows rows;
        const bool more = rows_->next_block(
            [&](std::uint8_t table, const base::Row& row) { rows.emplace_back(table, row); });
        if (more) return rows;
        rows_.reset();
        return std::nullopt;
    }

    void drop_received() override {
        building_.reset();
        rows_.reset();
        intake_.drop();
        std::filesystem::remove(files_.building);
    }

private:
    const StateFiles files_;
    const std::filesystem::path made_path_;
    const std::span<const base::Table> tables_;
    const Schema schema_;
    std::optional<SnapshotMaking> making_;
    std::optional<PosixFile> made_file_; ///< when it is complete
    SnapshotIntake intake_;
    std::optional<StateBuilding> building_;
    std::optional<SnapshotFileReader> rows_;
};

} // namespace

std::unique_ptr<SnapshotStore>
open_sqlite_snapshots(const std::string& directory, std::span<const base::Table> tables, int schema_version) {
    return std::make_unique<SqliteSnapshots>(directory, tables, schema_version);
}

} // namespace bookstore::storage
