#include "storage/set_aside.hpp"

#include <array>
#include <ctime>
#include <string>
#include <vector>

#include "storage/files.hpp"

namespace bookstore::storage {
namespace {

/// For people; that it may be wrong, or the same twice, does no harm.
std::string time_in_name() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    const auto bytes = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts);
    return {text.data(), bytes};
}

void remove_former(const std::filesystem::path& directory, const std::string& beginning) {
    std::vector<std::filesystem::path> former;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        if (entry.path().filename().string().starts_with(beginning)) former.push_back(entry.path());
    for (const auto& file : former)
        std::filesystem::remove_all(file);
}

/// Where `path` is to go; what was set aside before has made room.
std::filesystem::path free_name(const std::filesystem::path& path) {
    const std::string beginning = path.filename().string() + ".damaged-";
    remove_former(path.parent_path(), beginning);
    return path.parent_path() / (beginning + time_in_name());
}

} // namespace

std::filesystem::path set_database_aside(const std::filesystem::path& path) {
    const std::string name = free_name(path).string();
    // The log first: left behind alone, it would be taken for that of the file that comes next.
    if (std::filesystem::exists(path.string() + "-wal"))
        std::filesystem::rename(path.string() + "-wal", name + "-wal");
    std::filesystem::remove(path.string() + "-shm"); // made anew by whoever opens
    std::filesystem::rename(path, name);
    sync_directory(path.parent_path());
    return name;
}

std::filesystem::path set_folder_aside(const std::filesystem::path& path) {
    auto name = free_name(path);
    std::filesystem::rename(path, name);
    sync_directory(path.parent_path());
    return name;
}

} // namespace bookstore::storage
