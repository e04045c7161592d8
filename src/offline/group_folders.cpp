#include "offline/group_folders.hpp"

#include <array>
#include <stdexcept>
#include <string_view>

#include <bookstore/base/error.hpp>
#include <bookstore/shop/catalog_state.hpp>
#include <bookstore/shop/order_state.hpp>

namespace bookstore::offline {
namespace {

constexpr std::array<std::string_view, 2> groups{"catalog", "order"};

bool has_files(const std::filesystem::path& folder) {
    return std::filesystem::exists(folder / "state.db") || std::filesystem::exists(folder / "log");
}

/// Without what a trailing slash leaves behind.
std::filesystem::path cleaned(const std::filesystem::path& given) {
    auto path = std::filesystem::absolute(given).lexically_normal();
    return path.has_filename() ? path : path.parent_path();
}

} // namespace

GroupFolders::GroupFolders(const std::filesystem::path& given) {
    const auto path = cleaned(given);
    const bool one_group = has_files(path);
    for (const std::string_view group : groups) {
        if (one_group && path.filename() == group) all_.push_back({std::string(group), path});
        if (!one_group && has_files(path / group)) all_.push_back({std::string(group), path / group});
    }
    if (all_.empty())
        throw std::runtime_error(given.string() + ": neither a data directory of bookstored nor the folder "
                                                  "\"catalog\" or \"order\" in one");
    const auto process = one_group ? path.parent_path() : path;
    if (std::filesystem::exists(process / "lock")) lock_ = std::make_unique<storage::DataDirectory>(process);
}

std::unique_ptr<base::StateMachine> make_machine(const std::string& group) {
    if (group == "catalog") return std::make_unique<shop::CatalogState>();
    INVARIANT(group == "order");
    return std::make_unique<shop::OrderState>();
}

} // namespace bookstore::offline
