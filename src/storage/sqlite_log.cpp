#include <bookstore/storage/log_store.hpp>

#include <filesystem>
#include <stdexcept>
#include <utility>

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/error.hpp>
#include <bookstore/base/hash.hpp>

#include "storage/files.hpp"
#include "storage/schema.hpp"
#include "storage/sqlite.hpp"
#include "storage/write_latch.hpp"

namespace bookstore::storage {
namespace {

using sqlite::Statement;

/// Pages (4 KiB) in the write-ahead log after which a write also moves them into the database file. That
/// takes an fsync more and falls into the batch that is being written, so it should be rare; but the longer
/// the wait, the more there is to move and the longer that one batch takes. 4 MiB is some thousand small
/// batches apart.
constexpr int wal_pages_max = 1'000;

// SQLite's integers are signed. Indexes and terms never reach the sign bit; votes and checksums may, and
// come back as they went.
std::int64_t stored(std::uint64_t v) {
    return static_cast<std::int64_t>(v);
}
std::uint64_t loaded(std::int64_t v) {
    return static_cast<std::uint64_t>(v);
}

std::uint64_t checksum(std::uint64_t index, std::uint64_t term, std::uint8_t kind, std::string_view payload) {
    base::ByteWriter bytes;
    bytes.u64(index);
    bytes.u64(term);
    bytes.u8(kind);
    bytes.u64(base::hash64(payload));
    return base::hash64(bytes.view());
}

/// The one row of `meta`: all there is beside the records.
struct Meta {
    VoteRecord vote;
    std::uint64_t base_index = 0;
    std::uint64_t base_term = 0;
    std::string metadata;

    std::uint64_t checksum() const {
        base::ByteWriter bytes;
        bytes.u64(vote.term);
        bytes.u64(vote.vote);
        bytes.u64(base_index);
        bytes.u64(base_term);
        bytes.string(metadata);
        return base::hash64(bytes.view());
    }
};

Schema schema() {
    return {.version = 1,
            .create = "CREATE TABLE log("
                      "  idx INTEGER PRIMARY KEY, term INTEGER NOT NULL, kind INTEGER NOT NULL,"
                      "  payload BLOB NOT NULL, checksum INTEGER NOT NULL) STRICT;"
                      "CREATE TABLE meta("
                      "  id INTEGER PRIMARY KEY CHECK (id = 1), term INTEGER NOT NULL,"
                      "  vote INTEGER NOT NULL, base_index INTEGER NOT NULL, base_term INTEGER NOT NULL,"
                      "  metadata BLOB NOT NULL, checksum INTEGER NOT NULL) STRICT;"
                      "INSERT INTO meta VALUES(1, 0, 0, 0, 0, x'', " +
                      std::to_string(stored(Meta{}.checksum())) + ");",
            .migrate = {}};
}

std::unique_ptr<sqlite::Database> open_database(const std::string& directory) {
    auto database =
        std::make_unique<sqlite::Database>((std::filesystem::path(directory) / "log.db").string());
    // EXCLUSIVE spares each transaction the locks and the shared-memory file that other processes would need.
    database->execute("open", "PRAGMA locking_mode = EXCLUSIVE");
    database->execute("open", "PRAGMA journal_mode = WAL");
    database->execute("open", "PRAGMA synchronous = FULL");
    // A write-ahead log that one huge batch has stretched gives its space back when it next restarts.
    database->execute("open", "PRAGMA journal_size_limit = 16777216");
    // Debian's SQLite overwrites what is deleted with zeros: pages written for nothing at every compaction.
    database->execute("open", "PRAGMA secure_delete = OFF");
    bring_up_to_date(*database, schema());
    // Entries that the last process wrote and had not synced when it was killed look like all others now.
    // They count as durable from here on, so they are made so: the checkpoint writes them anew and syncs.
    if (!database->checkpoint(sqlite::Database::Wal::truncate)) database->fail("checkpoint");
    // SQLite syncs the directory with the first sync of a new write-ahead log (its unix VFS does). The
    // database file's own name is made durable here, whenever that was.
    sync_directory(directory);
    return database;
}

/// Runs `read`; damage that it finds is told together with what to do about it.
template <typename Read>
auto reading(Read read) {
    try {
        return read();
    } catch (const Damaged& damage) {
        throw Damaged(std::string(damage.what()) +
                      ". Votes may be lost with it, so this replica must not go on under its old name: move "
                      "the data directory away and start with --first-start=0, to join as a new member");
    }
}

class SqliteLog final : public LogStore {
public:
    explicit SqliteLog(const std::string& directory);

    LoadedLog load() override;
    void write(const LogWrite& step) override;
    void write_metadata(std::string_view bytes) override;

private:
    struct Tip {
        Meta meta;
        std::uint64_t last_index = 0;
    };

    [[noreturn]] void damaged(const std::string& what) const;
    void load_meta();
    LoadedLog load_all();
    void save_meta(const Meta& meta);
    void truncate(Tip& tip, std::uint64_t from);
    void append(Tip& tip, const std::vector<LogRecord>& records);
    void compact(Tip& tip, std::uint64_t to);
    void reset(Tip& tip, const LogWrite::Reset& to);
    void bound_wal();

    std::unique_ptr<sqlite::Database> database_;
    WriteLatch latch_{*database_};
    Statement append_{*database_, "append an entry",
                      "INSERT INTO log(idx, term, kind, payload, checksum) VALUES(?, ?, ?, ?, ?)"};
    Statement truncate_{*database_, "truncate", "DELETE FROM log WHERE idx >= ?"};
    Statement compact_{*database_, "compact", "DELETE FROM log WHERE idx <= ?"};
    Statement term_at_{*database_, "read a term", "SELECT term FROM log WHERE idx = ?"};
    Statement save_meta_{*database_, "save term and vote",
                         "UPDATE meta SET term = ?, vote = ?, base_index = ?, base_term = ?, metadata = ?,"
                         " checksum = ?"};
    Tip tip_; ///< as committed
};

SqliteLog::SqliteLog(const std::string& directory) : database_(open_database(directory)) {
    load_meta();
    const auto last = database_->integer("read the last index", "SELECT max(idx) FROM log");
    tip_.last_index = last == 0 ? tip_.meta.base_index : loaded(last);
}

void SqliteLog::damaged(const std::string& what) const {
    throw Damaged(database_->path() + ": damaged: " + what);
}

void SqliteLog::load_meta() {
    Statement select(*database_, "read term and vote",
                     "SELECT term, vote, base_index, base_term, metadata, checksum FROM meta");
    bool found = false;
    select.each([&](const Statement& row) {
        tip_.meta = {{loaded(row.integer(0)), loaded(row.integer(1))},
                     loaded(row.integer(2)),
                     loaded(row.integer(3)),
                     std::string(row.blob(4))};
        found = tip_.meta.checksum() == loaded(row.integer(5));
    });
    if (!found) damaged("term and vote are missing or do not match their checksum");
}

void SqliteLog::save_meta(const Meta& meta) {
    save_meta_.bind(0, stored(meta.vote.term)).bind(1, stored(meta.vote.vote));
    save_meta_.bind(2, stored(meta.base_index)).bind(3, stored(meta.base_term));
    save_meta_.bind_blob(4, meta.metadata).bind(5, stored(meta.checksum())).run();
}

LoadedLog SqliteLog::load() {
    return reading([this] { return load_all(); });
}

LoadedLog SqliteLog::load_all() {
    const Meta& meta = tip_.meta;
    LoadedLog log{meta.vote, meta.base_index, meta.base_term, {}, meta.metadata};
    std::uint64_t expected = meta.base_index + 1;
    Statement select(*database_, "load", "SELECT idx, term, kind, payload, checksum FROM log ORDER BY idx");
    select.each([&](const Statement& row) {
        const auto index = loaded(row.integer(0));
        if (index != expected)
            damaged("entry " + std::to_string(expected) + " is missing, the next one there is " +
                    std::to_string(index));
        LogRecord record{index, loaded(row.integer(1)), static_cast<std::uint8_t>(row.integer(2)),
                         std::make_shared<const std::string>(row.blob(3))};
        if (checksum(index, record.term, record.kind, *record.payload) != loaded(row.integer(4)))
            damaged("entry " + std::to_string(index) + " does not match its checksum");
        log.records.push_back(std::move(record));
        ++expected;
    });
    return log;
}

void SqliteLog::write(const LogWrite& step) {
    latch_.run([&] {
        Tip tip = tip_;
        sqlite::Transaction transaction(*database_, "write");
        if (step.vote) tip.meta.vote = *step.vote;
        if (step.truncate_from) truncate(tip, *step.truncate_from);
        append(tip, step.append);
        if (step.compact_to) compact(tip, *step.compact_to);
        if (step.reset) reset(tip, *step.reset);
        if (step.metadata) tip.meta.metadata = *step.metadata;
        if (step.vote || step.compact_to || step.reset || step.metadata) save_meta(tip.meta);
        transaction.commit();
        tip_ = std::move(tip);
        bound_wal();
    });
}

void SqliteLog::write_metadata(std::string_view bytes) {
    latch_.run([&] {
        Meta meta = tip_.meta;
        meta.metadata = bytes;
        sqlite::Transaction transaction(*database_, "write metadata");
        save_meta(meta);
        transaction.commit();
        tip_.meta = std::move(meta);
        bound_wal();
    });
}

void SqliteLog::truncate(Tip& tip, std::uint64_t from) {
    INVARIANT(from > tip.meta.base_index);
    if (from > tip.last_index) return;
    truncate_.bind(0, stored(from)).run();
    tip.last_index = from - 1;
}

void SqliteLog::append(Tip& tip, const std::vector<LogRecord>& records) {
    for (const LogRecord& record : records) {
        INVARIANT(record.index == tip.last_index + 1);
        append_.bind(0, stored(record.index)).bind(1, stored(record.term)).bind(2, record.kind);
        append_.bind_blob(3, *record.payload);
        append_.bind(4, stored(checksum(record.index, record.term, record.kind, *record.payload))).run();
        ++tip.last_index;
    }
}

void SqliteLog::compact(Tip& tip, std::uint64_t to) {
    if (to <= tip.meta.base_index) return;
    INVARIANT(to <= tip.last_index);
    term_at_.bind(0, stored(to)).each([&](const Statement& row) {
        tip.meta.base_term = loaded(row.integer(0));
    });
    tip.meta.base_index = to;
    compact_.bind(0, stored(to)).run();
}

void SqliteLog::reset(Tip& tip, const LogWrite::Reset& to) {
    truncate_.bind(0, 0).run();
    tip.meta.base_index = to.base_index;
    tip.meta.base_term = to.base_term;
    tip.last_index = to.base_index;
}

void SqliteLog::bound_wal() {
    if (database_->wal_pages() < wal_pages_max) return;
    // The file keeps its length: to overwrite costs an fsync less than to grow.
    if (!database_->checkpoint(sqlite::Database::Wal::keep)) database_->fail("checkpoint");
}

} // namespace

std::unique_ptr<LogStore> open_sqlite_log(const std::string& directory) {
    return reading([&] { return std::make_unique<SqliteLog>(directory); });
}

} // namespace bookstore::storage
