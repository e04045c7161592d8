#include "offline/backup_format.hpp"

#include <stdexcept>

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/error.hpp>
#include <bookstore/base/hash.hpp>
#include <bookstore/storage/damaged.hpp>

namespace bookstore::offline {
namespace {

constexpr std::uint8_t format = 1;

void write(base::ByteWriter& out, const BackupPart& part) {
    for (const auto number : {part.generation, part.version, part.term, part.rows, part.digest, part.bytes})
        out.u64(number);
}

BackupPart read(base::ByteReader& in) {
    BackupPart part;
    for (auto* number : {&part.generation, &part.version, &part.term, &part.rows, &part.digest, &part.bytes})
        *number = in.u64();
    return part;
}

} // namespace

std::string encode(const BackupSummary& summary) {
    base::ByteWriter out;
    out.u8(format);
    out.u64(static_cast<std::uint64_t>(summary.at));
    write(out, summary.order);
    write(out, summary.catalog);
    out.u64(base::hash64(out.view()));
    INVARIANT(out.size() == backup_summary_bytes);
    return out.take();
}

BackupSummary decode_backup_summary(const std::string& name, std::string_view bytes) {
    base::ByteReader in(bytes);
    const auto stored_format = in.u8();
    BackupSummary summary;
    summary.at = base::WallTime{static_cast<std::int64_t>(in.u64())};
    summary.order = read(in);
    summary.catalog = read(in);
    if (bytes.size() != backup_summary_bytes || in.u64() != base::hash64(bytes.substr(0, bytes.size() - 8)))
        throw storage::Damaged(name + ": damaged: its end is not there, or does not match its checksum");
    if (stored_format != format)
        throw std::runtime_error(name + ": is a backup of another format than this program's");
    return summary;
}

} // namespace bookstore::offline
