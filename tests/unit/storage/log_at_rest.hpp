#pragma once
/// \file
/// A log whose bytes a test changes.
#include <catch2/catch.hpp>

#include "unit/storage/log_fixture.hpp"

namespace bookstore::storage::test {

/// Three segments and a spare; some of the steps are longer than a sector.
inline void make_log(const std::filesystem::path& directory) {
    const auto log = open_small(directory);
    log->load();
    log->write({.vote = VoteRecord{1, 2}, .metadata = "members"});
    for (std::uint64_t i = 1; i <= 15; ++i)
        append(*log, i, 1, std::string(i % 3 == 0 ? 900 : 350, static_cast<char>('a' + i)));
    log->write({.vote = VoteRecord{2, 1}, .append = {record(16, 2, "the last")}});
    log->load(); // the spare is made
    REQUIRE(list_segments(directory / "log").size() == 4);
}

inline void flip(const std::filesystem::path& file, std::size_t at, int bit = 0) {
    std::string bytes = read_file(file);
    REQUIRE(at < bytes.size());
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
    write_file(file, bytes);
}

} // namespace bookstore::storage::test
