#pragma once
/// \file
/// Full-text search over short texts: SQLite's FTS5, in memory, so that it is exactly as current as the state
/// it indexes and never waits for a disk.
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace bookstore::storage {

/// Thread: the loop. Texts are added and never changed.
class TextIndex {
public:
    TextIndex();
    ~TextIndex();

    /// Gives what it held: to let go of it takes time, and may be done on any thread.
    std::shared_ptr<void> clear();
    void add(std::uint64_t id, std::string_view text);

    /// Ids above `after` whose text has every one of `words`, ascending, at most `limit`. Words are matched
    /// whole, without regard to case or accents; the last one also as a prefix. What is no letter or digit
    /// separates words, so nothing a user types is an error or an operator; no word finds nothing.
    std::vector<std::uint64_t> find(std::string_view words, std::uint64_t after, std::size_t limit) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bookstore::storage
