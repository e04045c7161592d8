#include <bookstore/storage/snapshot_file.hpp>

#include <utility>

#include "storage/files.hpp"
#include "storage/posix_file.hpp"

namespace bookstore::storage {
namespace {

/// So much is written between two syncs. Left to the kernel, a gigabyte of it would stand before the next
/// sync of any file on the disk.
constexpr std::uint64_t sync_bytes = 4u << 20;

} // namespace

struct SnapshotFileWriter::Impl {
    Impl(std::filesystem::path path, std::span<const base::Table> tables, StateStore::Position position)
        : file(std::move(path), PosixFile::Mode::renew),
          writer([this](std::string_view bytes) { file.append(bytes); }, tables, position) {}

    PosixFile file;
    SnapshotWriter writer;
    std::uint64_t synced = 0;
    bool finished = false;
};

SnapshotFileWriter::SnapshotFileWriter(std::filesystem::path path, std::span<const base::Table> tables,
                                       StateStore::Position position)
    : impl_(std::make_unique<Impl>(std::move(path), tables, position)) {}

SnapshotFileWriter::~SnapshotFileWriter() {
    std::error_code ignored;
    if (!impl_->finished) std::filesystem::remove(impl_->file.path(), ignored);
}

void SnapshotFileWriter::add(std::uint8_t table, const base::Row& row) {
    impl_->writer.add(table, row);
    if (bytes() - impl_->synced < sync_bytes) return;
    impl_->file.sync();
    impl_->synced = bytes();
}

SnapshotSummary SnapshotFileWriter::finish() {
    const auto summary = impl_->writer.finish();
    impl_->file.sync();
    sync_directory(std::filesystem::absolute(impl_->file.path()).parent_path());
    impl_->finished = true;
    return summary;
}

std::uint64_t SnapshotFileWriter::bytes() const {
    return impl_->writer.bytes();
}

SnapshotFileReader::SnapshotFileReader(const std::filesystem::path& path, std::span<const base::Table> tables,
                                       std::uint64_t offset)
    : SnapshotReader(
          path.string(),
          [file = std::make_shared<PosixFile>(path, PosixFile::Mode::read),
           at = offset](char* to, std::size_t bytes) mutable {
              const auto got = file->read_at(at, to, bytes);
              at += got;
              return got;
          },
          tables) {}

} // namespace bookstore::storage
