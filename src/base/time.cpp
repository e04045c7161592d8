#include <bookstore/base/time.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace bookstore::base {
namespace {

// The format has four digits for the year; what lies outside is shown as the nearest time that can be.
constexpr std::int64_t year_0000_ms = -62'167'219'200'000;
constexpr std::int64_t year_9999_end_ms = 253'402'300'799'999;

} // namespace

std::string to_iso8601(WallTime t) {
    using namespace std::chrono;
    const sys_time<milliseconds> at{
        milliseconds{std::clamp(static_cast<std::int64_t>(t), year_0000_ms, year_9999_end_ms)}};
    const auto midnight = floor<days>(at);
    const year_month_day date{midnight};
    const hh_mm_ss<milliseconds> clock{at - midnight};

    std::array<char, 64> text{};
    const int length = std::snprintf(
        text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return {text.data(), static_cast<std::size_t>(length)};
}

} // namespace bookstore::base
