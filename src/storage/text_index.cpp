#include <bookstore/storage/text_index.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <sqlite3.h>

#include <bookstore/base/error.hpp>

#include "storage/sqlite.hpp"
#include "storage/vocabulary.hpp"

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

    /// Calls `take(std::string_view)` with each word.
    template <class Take>
    void each_word(std::string_view text, Take take) const {
        const auto call = [](void* out, int, const char* word, int bytes, int, int) {
            (*static_cast<Take*>(out))(std::string_view(word, static_cast<std::size_t>(bytes)));
            return SQLITE_OK;
        };
        const int code = functions_.xTokenize(instance_, &take, FTS5_TOKENIZE_QUERY, text.data(),
                                              static_cast<int>(text.size()), call);
        if (code != SQLITE_OK) throw sqlite::Error("FTS5: a text cannot be cut into words");
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

/// Beginnings of up to this many letters have an index of their own.
constexpr std::size_t indexed_letters = 4;
/// Words that one beginning may stand for and still be asked for one by one.
constexpr std::size_t words_asked_max = 16;

std::size_t letters(std::string_view word) {
    return static_cast<std::size_t>(std::count_if(
        word.begin(), word.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// What the last word asks for, as part of a query; nothing if no text can have it. FTS5 reads a word's
/// occurrences, and those of an indexed beginning, as far as they are wanted; of any other beginning it first
/// gathers the occurrences of all its words: 10 to 20 ms for a frequent one among a million titles. So those
/// words are named.
std::optional<std::string> beginning(const Vocabulary& vocabulary, const std::string& word) {
    if (letters(word) <= indexed_letters) return sqlite::quoted(word) + "*";
    const auto words = vocabulary.beginning_with(word, words_asked_max);
    if (!words) return sqlite::quoted(word) + "*";
    if (words->empty()) return std::nullopt;
    std::string query = "(";
    for (const std::string_view one : *words)
        query += (query.size() == 1 ? "" : " OR ") + sqlite::quoted(std::string(one));
    return query + ")";
}

/// Every word a quoted string: nothing in it is an operator.
std::string all_of(const std::vector<std::string>& words, std::size_t count) {
    std::string query;
    for (std::size_t i = 0; i < count; ++i)
        query += sqlite::quoted(words[i]) + " AND ";
    return query;
}

std::unique_ptr<sqlite::Database> open_index() {
    auto database = std::make_unique<sqlite::Database>(":memory:");
    // The index can be made anew from the state at any time: no journal, and one transaction that never ends,
    // in which FTS5 gathers additions instead of writing a segment for each.
    database->execute("open", "PRAGMA journal_mode = OFF");
    // No text is kept and nothing is ranked, so neither texts nor their sizes are stored. Short beginnings,
    // which many words have, get an index of their own: see `beginning`.
    database->execute("open", "CREATE VIRTUAL TABLE texts USING fts5(text, content='', columnsize=0,"
                              " prefix='1 2 3 4', tokenize='unicode61 remove_diacritics 2')");
    database->execute("open", "BEGIN");
    return database;
}

constexpr auto id_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

} // namespace

struct TextIndex::Impl {
    std::unique_ptr<sqlite::Database> database = open_index();
    Tokenizer tokenizer{*database};
    Vocabulary vocabulary; ///< of words that are longer than an indexed beginning
    sqlite::Statement add{*database, "add a text", "INSERT INTO texts(rowid, text) VALUES(?, ?)"};
    sqlite::Statement find{
        *database, "search",
        "SELECT rowid FROM texts WHERE texts MATCH ? AND rowid > ? ORDER BY rowid LIMIT ?"};
};

TextIndex::TextIndex() : impl_(std::make_unique<Impl>()) {}
TextIndex::~TextIndex() = default;

std::shared_ptr<void> TextIndex::clear() {
    return std::exchange(impl_, std::make_unique<Impl>());
}

void TextIndex::add(std::uint64_t id, std::string_view text) {
    INVARIANT(id <= id_max);
    impl_->add.bind(0, static_cast<std::int64_t>(id)).bind_text(1, text).run();
    impl_->tokenizer.each_word(text, [&](std::string_view word) {
        if (word.size() > indexed_letters) impl_->vocabulary.add(word);
    });
}

std::vector<std::uint64_t> TextIndex::find(std::string_view words, std::uint64_t after,
                                           std::size_t limit) const {
    std::vector<std::uint64_t> found;
    std::vector<std::string> asked;
    impl_->tokenizer.each_word(words, [&](std::string_view word) { asked.emplace_back(word); });
    if (asked.empty() || after >= id_max) return found;
    const auto last = beginning(impl_->vocabulary, asked.back());
    if (!last) return found;
    const std::string query = all_of(asked, asked.size() - 1) + *last;
    impl_->find.bind_text(0, query).bind(1, static_cast<std::int64_t>(after));
    impl_->find.bind(2, static_cast<std::int64_t>(std::min<std::uint64_t>(limit, id_max)));
    impl_->find.each(
        [&](const sqlite::Statement& row) { found.push_back(static_cast<std::uint64_t>(row.integer(0))); });
    return found;
}

} // namespace bookstore::storage
