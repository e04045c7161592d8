#pragma once
/// \file
/// Numbers as people read them.
#include <cstdint>
#include <cstdio>
#include <string>

namespace bookstore::offline {

/// 16 hexadecimal digits, as nodes and digests are shown everywhere.
inline std::string hex(std::uint64_t number) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(number));
    return text;
}

/// "1 entry", "2 entries"
inline std::string counted(std::uint64_t count, const char* one, const char* many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

} // namespace bookstore::offline
