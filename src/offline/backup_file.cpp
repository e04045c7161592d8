#include <bookstore/offline/backup_file.hpp>

#include <fstream>
#include <stdexcept>

#include "offline/backup_contents.hpp"
#include "offline/backup_format.hpp"
#include "offline/new_file.hpp"

namespace bookstore::offline {

struct BackupWriter::Impl {
    explicit Impl(const std::filesystem::path& path) : file(path) { file.append(backup_magic); }

    NewFile file;
};

BackupWriter::BackupWriter(const std::filesystem::path& file) {
    if (std::filesystem::exists(file))
        throw std::runtime_error(file.string() + ": exists, and a backup is never overwritten");
    impl_ = std::make_unique<Impl>(file);
}

BackupWriter::~BackupWriter() = default;

void BackupWriter::append(std::string_view bytes) {
    impl_->file.append(bytes);
}

BackupContents BackupWriter::finish(const BackupSummary& summary) {
    impl_->file.append(encode(summary));
    impl_->file.sync();
    auto contents = verify_backup(impl_->file.beside());
    impl_->file.publish();
    return contents;
}

BackupContents verify_backup(const std::filesystem::path& file) {
    ReadBackup read;
    read_backup(file, read);
    BackupContents contents;
    contents.summary = read.summary;
    contents.books = read.catalog.size();
    contents.sales = read.sales;
    contents.orders = shop::number(read.orders.last_number());
    contents.unrecorded = read.unrecorded;
    contents.bytes = std::filesystem::file_size(file);
    return contents;
}

bool is_backup(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string bytes(backup_magic.size(), '\0');
    return in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())) && bytes == backup_magic;
}

} // namespace bookstore::offline
