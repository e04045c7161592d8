#include <bookstore/storage/text_index.hpp>

#include <algorithm>
#include <limits>
#include <string>

#include <sqlite3.h>

#include <bookstore/base/error.hpp>

#include "storage/sqlite.hpp"

namespace bookstore::storage {
namespace {

/// FTS5's own tokenizer, asked directly: a query's words are cut exactly as the texts' were.
class Tokenizer {
public:
    explicit Tokenizer(sqlite::Database& database) {
        fts5_api* api = find_api(database);
        void* context = nullptr;
        if (api->xFindTokenizer(api, "unicode61", &context, &functions_) != SQLITE_OK)
            throw sqlite::Error("FTS5: no tokenizer unicode61");
        const char* arguments[] = {"remove_diacritics", "2"};
        if (functions_.xCreate(context, arguments, 2, &instance_) != SQLITE_OK)
            throw sqlite::Error("FTS5: the tokenizer cannot be made");
    }
    ~Tokenizer() { functions_.xDelete(instance_); }
    Tokenizer(const Tokenizer&) = delete;
    Tokenizer& operator=(const Tokenizer&) = delete;

    std::vector<std::string> words(std::string_view text) const {
        std::vector<std::string> found;
        const auto collect = [](void* out, int, const char* word, int bytes, int, int) {
            static_cast<std::vector<std::string>*>(out)->emplace_back(word, static_cast<std::size_t>(bytes));
            return SQLITE_OK;
        };
        const int code = functions_.xTokenize(instance_, &found, FTS5_TOKENIZE_QUERY, text.data(),
                                              static_cast<int>(text.size()), collect);
        if (code != SQLITE_OK) throw sqlite::Error("FTS5: a text cannot be cut into words");
        return found;
    }

private:
    /// As FTS5's documentation has an extension find it: through a query with a typed pointer.
    static fts5_api* find_api(sqlite::Database& database) {
        fts5_api* api = nullptr;
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v2(database.handle(), "SELECT fts5(?)", -1, &statement, nullptr) == SQLITE_OK) {
            sqlite3_bind_pointer(statement, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
            sqlite3_step(statement);
        }
        sqlite3_finalize(statement);
        if (api == nullptr) throw sqlite::Error("FTS5: not part of this SQLite");
        return api;
    }

    fts5_tokenizer functions_{};
    Fts5Tokenizer* instance_ = nullptr;
};

/// Every word a quoted string: nothing in it is an operator. Side by side means all of them.
std::string query_of(const std::vector<std::string>& words) {
    std::string query;
    for (const std::string& word : words)
        query += (query.empty() ? "" : " ") + sqlite::quoted(word);
    return query + "*";
}

std::unique_ptr<sqlite::Database> open_index() {
    auto database = std::make_unique<sqlite::Database>(":memory:");
    // The index can be made anew from the state at any time: no journal, and one transaction that never ends,
    // in which FTS5 gathers additions instead of writing a segment for each.
    database->execute("open", "PRAGMA journal_mode = OFF");
    // No text is kept and nothing is ranked, so neither texts nor their sizes are stored. Beginnings of up to
    // three letters have an index of their own: without it a search for "the" gathers every match of every
    // word that starts so, a quarter of a second among a million titles, before it gives the first hundred.
    database->execute("open", "CREATE VIRTUAL TABLE texts USING fts5(text, content='', columnsize=0,"
                              " prefix='1 2 3', tokenize='unicode61 remove_diacritics 2')");
    database->execute("open", "BEGIN");
    return database;
}

constexpr auto id_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

} // namespace

struct TextIndex::Impl {
    std::unique_ptr<sqlite::Database> database = open_index();
    Tokenizer tokenizer{*database};
    sqlite::Statement add{*database, "add a text", "INSERT INTO texts(rowid, text) VALUES(?, ?)"};
    sqlite::Statement find{
        *database, "search",
        "SELECT rowid FROM texts WHERE texts MATCH ? AND rowid > ? ORDER BY rowid LIMIT ?"};
};

TextIndex::TextIndex() : impl_(std::make_unique<Impl>()) {}
TextIndex::~TextIndex() = default;

void TextIndex::clear() {
    impl_->database->execute("clear", "INSERT INTO texts(texts) VALUES('delete-all')");
}

void TextIndex::add(std::uint64_t id, std::string_view text) {
    INVARIANT(id <= id_max);
    impl_->add.bind(0, static_cast<std::int64_t>(id)).bind_text(1, text).run();
}

std::vector<std::uint64_t> TextIndex::find(std::string_view words, std::uint64_t after,
                                           std::size_t limit) const {
    std::vector<std::uint64_t> found;
    const auto tokens = impl_->tokenizer.words(words);
    if (tokens.empty() || after >= id_max) return found;
    const std::string query = query_of(tokens);
    impl_->find.bind_text(0, query).bind(1, static_cast<std::int64_t>(after));
    impl_->find.bind(2, static_cast<std::int64_t>(std::min<std::uint64_t>(limit, id_max)));
    impl_->find.each(
        [&](const sqlite::Statement& row) { found.push_back(static_cast<std::uint64_t>(row.integer(0))); });
    return found;
}

} // namespace bookstore::storage
