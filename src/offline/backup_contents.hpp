#pragma once
/// \file
/// A backup, read: every row of both parts in the machines they belong to.
#include <cstdint>
#include <filesystem>
#include <functional>

#include <bookstore/base/table.hpp>
#include <bookstore/offline/backup_file.hpp>
#include <bookstore/shop/catalog_state.hpp>
#include <bookstore/shop/order_state.hpp>

namespace bookstore::offline {

struct ReadBackup {
    BackupSummary summary;
    shop::OrderState orders;
    shop::CatalogState catalog;
    std::uint64_t sales = 0;
    std::uint64_t unrecorded = 0;
};

using VisitRow = std::function<void(std::uint8_t table, base::Row row)>;

/// Fills `into`, and checks everything there is to check. As verify_backup().
void read_backup(const std::filesystem::path& file, ReadBackup& into);

/// The rows of one part as a restored shop has them: of a backup that has been read, and so is sound. A sale
/// that the book has no order of is one that is not settled, so that the order is written.
void visit_restored(const std::filesystem::path& file, const ReadBackup& backup, const std::string& group,
                    const VisitRow& visit);

} // namespace bookstore::offline
