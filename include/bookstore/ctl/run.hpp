#pragma once
/// \file
/// bookstorectl, all of it: main() only translates.
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace bookstore::ctl {

struct Terminal {
    std::ostream& out;
    std::ostream& err;
    bool interactive = false; ///< `out` is a terminal: colours, and a live display in place
};

/// 0: done. 1: refused or failed: out of stock, not found, no frontend answered, or a check
/// that found something. 2: bad usage. 3: a check that could not tell.
int run(int argc, const char* const* argv, const std::vector<std::string>& environment,
        std::string_view version, const Terminal& terminal);

} // namespace bookstore::ctl
