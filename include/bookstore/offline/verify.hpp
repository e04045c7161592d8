#pragma once
/// \file
/// Whether what lies in a data directory that no process uses is what was written there.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace bookstore::offline {

struct Finding {
    enum class Result : std::uint8_t {
        sound,
        noted,   ///< in order, and worth knowing: a start mends it by itself
        damaged, ///< or contradicts what lies beside it
    };
    std::string file;
    Result result = Result::sound;
    std::string text; ///< what was found; of damage, also what to do about it
};

struct Verification {
    std::vector<Finding> findings;

    bool damaged() const;
};

/// Checks every group in `directory`, a process's data directory or the folder of one group in it: SQLite's
/// own check, every row and whether they add up to the digest stored with them, every record of the log, and
/// whether log and state belong together. Changes nothing, but finishes what a crash has left of an
/// installation, as a start would. Blocks; holds one group's state in memory.
///
/// Throws std::runtime_error when a process uses the directory, or there is nothing of ours in it.
Verification verify_directory(const std::filesystem::path& directory);

} // namespace bookstore::offline
