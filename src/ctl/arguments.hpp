#pragma once
/// \file
/// Arguments that several commands take.
#include <cstdint>
#include <string>
#include <vector>

namespace bookstore::ctl {

struct Line {
    std::int64_t item = 0;
    std::int64_t quantity = 1;
};

/// "3". Throws UsageError.
std::int64_t parse_item(const std::string& text);
/// "3" or "3x2". Throws UsageError.
Line parse_line(const std::string& text);
/// "250" in the smallest unit, or "2.50". Throws UsageError.
std::int64_t parse_cost(const std::string& text);

} // namespace bookstore::ctl
