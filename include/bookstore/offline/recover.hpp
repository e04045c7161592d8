#pragma once
/// \file
/// The way out when a group has lost its majority for good: one replica that is left becomes the whole group.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace bookstore::offline {

struct Voter {
    std::string node; ///< 16 hexadecimal digits
    unsigned slot = 0;
};

/// What the disk of one replica has.
struct Survivor {
    std::string group;
    std::string node;
    unsigned slot = 0;
    std::size_t slots = 0;        ///< of the group
    std::uint64_t generation = 0; ///< how often the group has been refounded
    std::uint64_t vote_term = 0;  ///< the newest term it has heard of
    std::uint64_t last_term = 0;  ///< of the last entry in its log
    std::uint64_t last_index = 0;
    std::uint64_t version = 0; ///< of its state; the log has what follows
    std::vector<Voter> voters; ///< who counts, by the last word in its log
    std::filesystem::file_time_type written =
        std::filesystem::file_time_type::min(); ///< the log, the last time

    std::size_t majority() const { return voters.size() / 2 + 1; }
    bool votes() const;
    /// Of its voters, so many are itself or in `others`: each counts once, and guests do not.
    std::size_t voters_among(const std::vector<Survivor>& others) const;
    /// Of two of one group, the one to go on with: whatever was committed with the help of either is in it.
    bool has_more_than(const Survivor& other) const;
};

/// Thread: any one at a time; blocks. Keeps every process away from the directory for as long as it lives.
class Recovery {
public:
    /// `group`: which one, when the directory has two; empty: the one there is. Throws std::runtime_error,
    /// which says what stands in the way: a process uses the directory, its files are damaged, the replica
    /// never belonged to a group or was removed from it, it is not known which group is meant.
    Recovery(const std::filesystem::path& directory, const std::string& group);
    ~Recovery();

    const Survivor& survivor() const;

    /// Makes it the one member of its group, under another node id, with all that its log holds. One durable
    /// step: whatever happens meanwhile, the replica is what it was before, or this. Returns what it is then.
    Survivor recover();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bookstore::offline
