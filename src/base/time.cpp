#include <bookstore/base/time.hpp>

#include <algorithm>
#include <concepts>
#include <string>

namespace bookstore::base {
namespace {

// The format has four digits for the year; what lies outside is shown as the nearest time that can be.
constexpr std::int64_t year_0000_ms = -62'167'219'200'000;
constexpr std::int64_t year_9999_end_ms = 253'402'300'799'999;

/// The last `digits` of `value`, which is not negative, over those at `at`. printf would take ten times as
/// long.
void put(std::string& text, std::size_t at, std::size_t digits, std::integral auto value) {
    for (std::size_t i = at + digits; i > at; value /= 10)
        text[--i] = static_cast<char>('0' + value % 10);
}

} // namespace

std::string to_iso8601(WallTime t) {
    using namespace std::chrono;
    const sys_time<milliseconds> at{
        milliseconds{std::clamp(static_cast<std::int64_t>(t), year_0000_ms, year_9999_end_ms)}};
    const auto midnight = floor<days>(at);
    const year_month_day date{midnight};
    const hh_mm_ss<milliseconds> clock{at - midnight};

    std::string text = "0000-00-00T00:00:00.000Z";
    put(text, 0, 4, static_cast<int>(date.year()));
    put(text, 5, 2, static_cast<unsigned>(date.month()));
    put(text, 8, 2, static_cast<unsigned>(date.day()));
    put(text, 11, 2, clock.hours().count());
    put(text, 14, 2, clock.minutes().count());
    put(text, 17, 2, clock.seconds().count());
    put(text, 20, 3, clock.subseconds().count());
    return text;
}

} // namespace bookstore::base
