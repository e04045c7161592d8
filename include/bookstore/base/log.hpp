#pragma once
/// \file
/// Structured one-line logs: `2026-01-31T12:00:00.000Z info  catalog-0: elected leader term=7 votes=2`.
/// Under systemd (JOURNAL_STREAM set) lines carry the journal's priority prefix instead of a time.
#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace bookstore::base::log {

enum class Level { trace, debug, info, warning, error, off };

/// One `key=value`. Values with spaces or quotes are quoted and escaped, so a line stays one line.
struct Field {
    std::string_view key;
    std::string value;

    Field(std::string_view k, std::string_view v) : key(k), value(v) {}
    Field(std::string_view k, const char* v) : key(k), value(v) {}
    Field(std::string_view k, const std::string& v) : key(k), value(v) {}
    Field(std::string_view k, bool v) : key(k), value(v ? "true" : "false") {}
    template <typename T>
        requires std::integral<T> || std::floating_point<T>
    Field(std::string_view k, T v) : key(k), value(std::to_string(v)) {}
};
using Fields = std::initializer_list<Field>;

/// `name` stands before every line, e.g. "catalog-0". Call once, before any thread starts.
void start(std::string_view name, Level level);

/// trace, debug, info, warning, error, off. Throws std::invalid_argument that names what is allowed.
Level parse_level(std::string_view text);

bool enabled(Level level);

/// Any thread. Never throws and never blocks on anything but stderr.
void write(Level level, std::string_view message, Fields fields);

inline void debug(std::string_view message, Fields fields = {}) {
    write(Level::debug, message, fields);
}
inline void info(std::string_view message, Fields fields = {}) {
    write(Level::info, message, fields);
}
inline void warning(std::string_view message, Fields fields = {}) {
    write(Level::warning, message, fields);
}
inline void error(std::string_view message, Fields fields = {}) {
    write(Level::error, message, fields);
}

} // namespace bookstore::base::log
