#include "storage/set_aside.hpp"

#include <algorithm>
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

std::string beginning_of(const std::filesystem::path& path) {
    return path.filename().string() + ".damaged-";
}

/// What was set aside of `path` before, the latest last.
std::vector<std::filesystem::path> former(const std::filesystem::path& path) {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(path.parent_path()))
        if (entry.path().filename().string().starts_with(beginning_of(path))) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}

std::filesystem::path free_name(const std::filesystem::path& path) {
    const auto name = path.parent_path() / (beginning_of(path) + time_in_name());
    auto free = name;
    for (int n = 2; std::filesystem::exists(free); ++n)
        free = name.string() + "-" + std::to_string(n);
    return free;
}

void remove_all(const std::vector<std::filesystem::path>& files) {
    for (const auto& file : files)
        std::filesystem::remove_all(file);
}

} // namespace

bool is_set_aside(const std::filesystem::path& path) {
    return !former(path).empty();
}

std::filesystem::path set_database_aside(const std::filesystem::path& path) {
    const auto before = former(path);
    const std::string name = free_name(path).string();
    // The log first: left behind alone, it would be taken for that of the file that comes next.
    if (std::filesystem::exists(path.string() + "-wal"))
        std::filesystem::rename(path.string() + "-wal", name + "-wal");
    std::filesystem::remove(path.string() + "-shm"); // made anew by whoever opens
    std::filesystem::rename(path, name);
    sync_directory(path.parent_path());
    remove_all(before);
    return name;
}

std::filesystem::path set_folder_aside(const std::filesystem::path& path, Kept kept) {
    const auto before = former(path);
    // Out of the way first, and whole: of a folder that is half removed nobody could say what it had held.
    auto name = free_name(path);
    std::filesystem::rename(path, name);
    sync_directory(path.parent_path());
    if (kept == Kept::former && !before.empty()) {
        std::filesystem::remove_all(name);
        return before.back();
    }
    remove_all(before);
    return name;
}

} // namespace bookstore::storage
