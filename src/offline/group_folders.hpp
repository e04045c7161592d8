#pragma once
/// \file
/// The groups that have their files below a data directory, which nobody else may use meanwhile.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <bookstore/base/state_machine.hpp>
#include <bookstore/storage/data_directory.hpp>

namespace bookstore::offline {

struct GroupFolder {
    std::string group; ///< "catalog" or "order"
    std::filesystem::path path;
};

/// The data directory stays locked for as long as this lives.
class GroupFolders {
public:
    /// `given`: a process's data directory, or the folder of one group in it. What has no lock file is no
    /// process's but a copy, and is not locked. Throws std::runtime_error when a process uses it, or there is
    /// no group in it.
    explicit GroupFolders(const std::filesystem::path& given);

    const std::vector<GroupFolder>& all() const { return all_; }

private:
    std::unique_ptr<storage::DataDirectory> lock_;
    std::vector<GroupFolder> all_;
};

/// An empty one of `group`.
std::unique_ptr<base::StateMachine> make_machine(const std::string& group);

} // namespace bookstore::offline
