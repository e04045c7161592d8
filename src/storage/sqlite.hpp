#pragma once
/// \file
/// SQLite with owners: handles close themselves, every failure throws an Error (storage::Damaged when SQLite
/// finds the file to be) that says which file, what was being done, and what SQLite and the system had to
/// say.
///
/// Thread: any one at a time for a Database and all that was made from it. A Database outlives its
/// statements.
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace bookstore::storage::sqlite {

class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class Database {
public:
    enum class Access : std::uint8_t { write, read_only };

    /// Opens `path`, making the file if it is missing and to be written; ":memory:" is a private one in
    /// memory. Nothing moves its write-ahead log but checkpoint(): SQLite's own checkpoints keep failures to
    /// themselves.
    explicit Database(std::string path, Access access = Access::write);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs SQL that gives no rows of interest. `operation` names it in an Error: "apply changes".
    void execute(std::string_view operation, const std::string& sql);
    /// The first column of the first row, as a number; for pragmas and counts.
    std::int64_t integer(std::string_view operation, const std::string& sql);

    /// The highest page number the write-ahead log has reached since it last restarted.
    int wal_pages() const { return wal_pages_; }

    /// Moves the whole write-ahead log into the database file, synced; what follows overwrites it from its
    /// start. False when another connection's reader is in the way: then nothing is known to be durable that
    /// was not before.
    enum class Wal { keep, truncate };
    bool checkpoint(Wal file);

    /// Leaves the files as they are when the database closes, where SQLite would tidy up.
    void abandon();

    [[noreturn]] void fail(std::string_view operation) const;
    const std::string& path() const { return path_; }
    sqlite3* handle() const { return handle_.get(); }

private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };

    std::string path_;
    int wal_pages_ = 0;
    std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement, to be run any number of times. Parameters and columns are counted from 0.
/// What was bound must live until the run has ended.
class Statement {
public:
    Statement(Database& database, std::string operation, std::string_view sql);

    Statement& bind(int at, std::int64_t value);
    Statement& bind_text(int at, std::string_view value);
    Statement& bind_blob(int at, std::string_view value);

    /// Runs to the end; rows are passed over.
    void run();
    /// Row by row, for a run that pauses in between: false behind the last one. rewind() ends a run early.
    bool next();
    void rewind();

    /// Calls `visit` with each row. It may throw; the statement is ready for another run in any case.
    void each(const std::function<void(const Statement& row)>& visit);

    /// The columns of the row being visited. Views are valid until the next one.
    std::int64_t integer(int column) const;
    std::string_view text(int column) const;
    std::string_view blob(int column) const;

private:
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const;
    };

    void check_bound(int code);
    Database* database_;
    std::string operation_;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// A write transaction: rolled back unless committed.
class Transaction {
public:
    Transaction(Database& database, std::string operation);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit();

private:
    Database& database_;
    std::string operation_;
    bool open_ = true;
};

/// `name` as an SQL identifier.
std::string quoted(std::string_view name);

} // namespace bookstore::storage::sqlite
