#pragma once
/// \file
/// Weather made for one kind of trouble: what random weather brings together too seldom.
#include <array>
#include <string_view>

#include "sim/raft/weather.hpp"

namespace bookstore::sim {

enum class Season {
    mixed,             ///< anything
    falling_leaders,   ///< leaders fall as soon as they rise: figure 8 of the paper
    forgotten_leaders, ///< followers crash and are back at once, while somebody else could win
    forgotten_votes,   ///< voters crash before their disks are done, while two candidates ask
    late_messages,     ///< streams get stuck while leadership is handed over or lost
    rival_changes,     ///< leaders fall as soon as they have changed who counts
};

struct SeasonName {
    Season season;
    std::string_view name;
};

inline constexpr std::array season_names{
    SeasonName{Season::mixed, "mixed"},
    SeasonName{Season::falling_leaders, "falling-leaders"},
    SeasonName{Season::forgotten_leaders, "forgotten-leaders"},
    SeasonName{Season::forgotten_votes, "forgotten-votes"},
    SeasonName{Season::late_messages, "late-messages"},
    SeasonName{Season::rival_changes, "rival-changes"},
};

Season any_season(base::Random& random);

/// Makes `weather` what is usual in `season`.
void set_in(Weather& weather, Season season, base::Random& random);

} // namespace bookstore::sim
