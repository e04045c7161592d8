#pragma once
/// \file
/// Comparisons of protocol text: ASCII only, whatever the locale.
#include <algorithm>
#include <string_view>

namespace bookstore::net {

constexpr char ascii_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Equal but for case.
constexpr bool iequals(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return ascii_lower(x) == ascii_lower(y);
           });
}

} // namespace bookstore::net
