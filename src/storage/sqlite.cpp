#include "storage/sqlite.hpp"

#include <cstring>
#include <utility>

#include <sqlite3.h>

#include <bookstore/base/error.hpp>
#include <bookstore/storage/damaged.hpp>

namespace bookstore::storage::sqlite {
namespace {

/// How long a write waits for another process, such as an operator's sqlite3 shell, to let go of its lock.
constexpr int busy_wait_ms = 1'000;

} // namespace

void Database::Close::operator()(sqlite3* handle) const {
    // Every statement is finalised before: a Database outlives them.
    INVARIANT(sqlite3_close(handle) == SQLITE_OK);
}

Database::Database(std::string path, Access access) : path_(std::move(path)) {
    sqlite3* handle = nullptr;
    const int use =
        access == Access::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int code =
        sqlite3_open_v2(path_.c_str(), &handle, use | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    handle_.reset(handle); // there is one after most failures too
    if (code != SQLITE_OK) fail("open");
    sqlite3_busy_timeout(handle, busy_wait_ms);
    // This takes the place of SQLite's hook, which makes the automatic checkpoints.
    sqlite3_wal_hook(
        handle,
        [](void* pages, sqlite3*, const char*, int count) {
            *static_cast<int*>(pages) = count;
            return SQLITE_OK;
        },
        &wal_pages_);
}

void Database::execute(std::string_view operation, const std::string& sql) {
    if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(operation);
}

std::int64_t Database::integer(std::string_view operation, const std::string& sql) {
    std::int64_t value = 0;
    Statement(*this, std::string(operation), sql).each([&](const Statement& row) { value = row.integer(0); });
    return value;
}

bool Database::checkpoint(Wal file) {
    const int mode = file == Wal::truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    int logged = 0;
    int moved = 0;
    sqlite3_busy_timeout(handle(),
                         0); // a reader in the way may stay for hours, and is no failure: do not wait
    const int code = sqlite3_wal_checkpoint_v2(handle(), nullptr, mode, &logged, &moved);
    sqlite3_busy_timeout(handle(), busy_wait_ms);
    if ((code & 0xff) == SQLITE_BUSY) return false;
    if (code != SQLITE_OK) fail("checkpoint");
    return logged == moved; // PASSIVE moves what it can and calls that success
}

void Database::abandon() {
    sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void Database::fail(std::string_view operation) const {
    std::string message = path_ + ": " + std::string(operation) + ": ";
    message += handle() != nullptr ? sqlite3_errmsg(handle()) : "out of memory";
    const int system_error = handle() != nullptr ? sqlite3_system_errno(handle()) : 0;
    const int kind = handle() != nullptr ? sqlite3_errcode(handle()) & 0xff : 0;
    if (system_error != 0 && (kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN || kind == SQLITE_FULL))
        message += std::string(" (") + std::strerror(system_error) + ")";
    if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB) throw Damaged(message);
    throw Error(message);
}

void Statement::Finalize::operator()(sqlite3_stmt* handle) const {
    sqlite3_finalize(handle);
}

Statement::Statement(Database& database, std::string operation, std::string_view sql)
    : database_(&database), operation_(std::move(operation)) {
    sqlite3_stmt* handle = nullptr;
    const int code = sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
    handle_.reset(handle);
    if (code != SQLITE_OK) database.fail(operation_);
}

void Statement::check_bound(int code) {
    if (code != SQLITE_OK) database_->fail(operation_);
}

Statement& Statement::bind(int at, std::int64_t value) {
    check_bound(sqlite3_bind_int64(handle_.get(), at + 1, value));
    return *this;
}

Statement& Statement::bind_text(int at, std::string_view value) {
    // An empty view may have no address, which SQLite would take for NULL.
    const char* data = value.empty() ? "" : value.data();
    check_bound(sqlite3_bind_text64(handle_.get(), at + 1, data, value.size(), SQLITE_STATIC, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind_blob(int at, std::string_view value) {
    const char* data = value.empty() ? "" : value.data();
    check_bound(sqlite3_bind_blob64(handle_.get(), at + 1, data, value.size(), SQLITE_STATIC));
    return *this;
}

bool Statement::next() {
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    database_->fail(operation_);
}

void Statement::rewind() {
    sqlite3_reset(handle_.get());
}

void Statement::run() {
    each([](const Statement&) {});
}

void Statement::each(const std::function<void(const Statement& row)>& visit) {
    struct Rewind {
        Statement& statement;
        ~Rewind() { statement.rewind(); }
    } const rewinding{*this};
    while (next())
        visit(*this);
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
}

std::string_view Statement::text(int column) const {
    // The text is asked for first: it may convert the value, and the size is that of what it gives.
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
    const auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
    return data == nullptr ? std::string_view{} : std::string_view{data, bytes};
}

std::string_view Statement::blob(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
    const auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
    return data == nullptr ? std::string_view{} : std::string_view{data, bytes};
}

Transaction::Transaction(Database& database, std::string operation)
    : database_(database), operation_(std::move(operation)) {
    // IMMEDIATE: a lock held by another process is met here, before anything was done.
    database_.execute(operation_, "BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
    // SQLite rolls back by itself after some failures and then has nothing to roll back: not an error.
    if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    database_.execute(operation_, "COMMIT");
    open_ = false;
}

std::string quoted(std::string_view name) {
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

} // namespace bookstore::storage::sqlite
