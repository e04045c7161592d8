#include "offline/backup_contents.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <utility>

#include <bookstore/storage/damaged.hpp>
#include <bookstore/storage/snapshot.hpp>

#include "offline/backup_format.hpp"

namespace bookstore::offline {
namespace {

BackupSummary read_summary(const std::filesystem::path& file) {
    if (!is_backup(file)) throw std::runtime_error(file.string() + ": is no backup of a bookshop");
    std::ifstream in(file, std::ios::binary);
    in.seekg(-static_cast<std::streamoff>(backup_summary_bytes), std::ios::end);
    std::string bytes(backup_summary_bytes, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    return decode_backup_summary(file.string(), bytes);
}

void read_part(const std::filesystem::path& file, std::uint64_t offset, const BackupPart& part,
               base::StateMachine& machine, const VisitRow& visit) {
    std::ifstream in(file, std::ios::binary);
    in.seekg(static_cast<std::streamoff>(offset));
    storage::SnapshotReader reader(
        file.string(),
        [&in, left = part.bytes](char* to, std::size_t bytes) mutable {
            in.read(to, static_cast<std::streamsize>(std::min<std::uint64_t>(bytes, left)));
            const auto got = static_cast<std::size_t>(in.gcount());
            left -= got;
            return got;
        },
        machine.tables());
    while (reader.next_block([&](std::uint8_t table, const base::Row& row) { visit(table, row); })) {
    }
    const auto& summary = reader.summary();
    if (summary.bytes != part.bytes || summary.rows != part.rows || summary.digest != part.digest ||
        summary.position.index != part.version || summary.position.term != part.term)
        throw storage::Damaged(file.string() + ": damaged: a part is not the one that its end names");
}

/// Damaged when a row cannot be, or the rows do not add up.
void load_part(const std::filesystem::path& file, std::uint64_t offset, const BackupPart& part,
               base::StateMachine& machine) {
    read_part(file, offset, part, machine, [&](std::uint8_t table, const base::Row& row) {
        try {
            machine.load(table, row);
        } catch (const std::runtime_error& refusal) {
            throw storage::Damaged(file.string() + ": damaged: " + refusal.what());
        }
    });
    if (machine.digest() != part.digest || machine.recompute_digest() != part.digest)
        throw storage::Damaged(file.string() + ": damaged: its rows do not add up");
}

bool lacks_order(const ReadBackup& backup, const base::Row& sale) {
    return shop::CatalogState::is_settled_sale(sale) &&
           !backup.orders.has_key(shop::CatalogState::key_of_sale(sale));
}

} // namespace

void read_backup(const std::filesystem::path& file, ReadBackup& into) {
    into.summary = read_summary(file);
    const auto& [at, order, catalog] = into.summary;
    const auto catalog_offset = backup_magic.size() + order.bytes;
    if (std::filesystem::file_size(file) != catalog_offset + catalog.bytes + backup_summary_bytes)
        throw storage::Damaged(file.string() + ": damaged: it is not as long as its end says");
    load_part(file, backup_magic.size(), order, into.orders);
    load_part(file, catalog_offset, catalog, into.catalog);
    read_part(file, catalog_offset, catalog, into.catalog, [&](std::uint8_t table, const base::Row& row) {
        if (!shop::CatalogState::is_sale(table)) return;
        ++into.sales;
        if (lacks_order(into, row)) ++into.unrecorded;
    });
    into.unrecorded += into.catalog.unsettled_count();
}

void visit_restored(const std::filesystem::path& file, const ReadBackup& backup, const std::string& group,
                    const VisitRow& visit) {
    if (group == "order") {
        shop::OrderState tables;
        return read_part(file, backup_magic.size(), backup.summary.order, tables, visit);
    }
    shop::CatalogState tables;
    const auto offset = backup_magic.size() + backup.summary.order.bytes;
    read_part(file, offset, backup.summary.catalog, tables, [&](std::uint8_t table, base::Row row) {
        if (shop::CatalogState::is_sale(table) && lacks_order(backup, row)) shop::CatalogState::unsettle(row);
        visit(table, std::move(row));
    });
}

} // namespace bookstore::offline
