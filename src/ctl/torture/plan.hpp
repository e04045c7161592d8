#pragma once
/// \file
/// What a torture is to be, from the command's options.
#include <cstdint>
#include <string>

#include <bookstore/ctl/options.hpp>

namespace bookstore::ctl::torture {

/// Shell commands with placeholders; empty: not given.
struct Hooks {
    std::string kill, start;
    std::string pause, resume;

    bool kills() const { return !kill.empty(); }
    bool pauses() const { return !pause.empty(); }
    bool any() const { return kills() || pauses(); }
};

struct Plan {
    std::size_t clients = 16;
    std::size_t items = 12;
    base::Duration duration = base::seconds(60);
    base::Duration calm = base::seconds(2); ///< mean time between two faults of one group
    std::uint64_t seed = 0;
    bool all_at_once = false;
    Hooks hooks;
    std::string history_file, report_file; ///< empty: none
};

/// `seed`: the one to take when none is given. Throws UsageError.
Plan plan_of(const Options& options, std::uint64_t seed);

} // namespace bookstore::ctl::torture
