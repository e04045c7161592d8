#pragma once
/// \file
/// Hash tables keyed by std::string and searched with a std::string_view, without a copy.
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <bookstore/base/hash.hpp>

namespace bookstore::shop {

template <typename T>
using StringMap = std::unordered_map<std::string, T, base::TableHash, std::equal_to<>>;

} // namespace bookstore::shop
