#include "storage/snapshot_intake.hpp"

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/hash.hpp>

namespace bookstore::storage {
namespace {

/// So much is written between two syncs. Left to the kernel, all of it would stand before the next sync of
/// any file on the disk. What a power cut takes nevertheless is found when the whole is verified.
constexpr std::uint64_t sync_bytes = 4u << 20;

std::string preamble_of(std::string_view label) {
    base::ByteWriter out;
    out.string(label);
    out.u64(base::hash64(label));
    return out.take();
}

} // namespace

std::uint64_t SnapshotIntake::resume(std::string_view label) {
    const auto preamble = preamble_of(label);
    offset_ = preamble.size();
    unsynced_bytes_ = 0;
    file_.emplace(path_, PosixFile::Mode::append);
    std::string found(preamble.size(), '\0');
    if (file_->read_at(0, found.data(), found.size()) == found.size() && found == preamble)
        return file_->size() - offset_;
    file_->truncate(0);
    file_->append(preamble);
    return 0;
}

void SnapshotIntake::append(std::string_view piece) {
    INVARIANT(file_.has_value());
    file_->append(piece);
    unsynced_bytes_ += piece.size();
    if (unsynced_bytes_ < sync_bytes) return;
    file_->sync();
    unsynced_bytes_ = 0;
}

void SnapshotIntake::drop() {
    file_.reset();
    std::filesystem::remove(path_);
}

} // namespace bookstore::storage
