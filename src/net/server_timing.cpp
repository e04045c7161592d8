#include <bookstore/net/server_timing.hpp>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>

namespace bookstore::net {
namespace {

constexpr std::size_t timings_max = 16;
constexpr double ns_per_ms = 1e6;
constexpr double longest_ms = 86'400'000; ///< a day: whatever is longer was not measured

/// Takes off `text` what stands before the next `separator` that is not within quotes.
std::string_view next_part(std::string_view& text, char separator) {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < text.size(); ++end) {
        if (text[end] == '\\' && quoted)
            ++end;
        else if (text[end] == '"')
            quoted = !quoted;
        else if (text[end] == separator && !quoted)
            break;
    }
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(end < text.size() ? end + 1 : text.size());
    return part;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<base::Duration> milliseconds_in(std::string_view text) {
    double ms = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), ms);
    if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (!(ms >= 0 && ms <= longest_ms)) return std::nullopt;
    return base::Duration(std::llround(ms * ns_per_ms));
}

std::optional<Timing> metric_in(std::string_view text) {
    Timing timing;
    timing.name = trimmed(next_part(text, ';'));
    if (timing.name.empty()) return std::nullopt;
    while (!text.empty()) {
        std::string_view value = next_part(text, ';');
        if (trimmed(next_part(value, '=')) != "dur") continue;
        const auto time = milliseconds_in(trimmed(value));
        if (!time) return std::nullopt;
        timing.time = *time;
        return timing;
    }
    return std::nullopt;
}

} // namespace

std::string to_server_timing(const std::vector<Timing>& timings) {
    std::string header;
    for (const Timing& timing : timings) {
        char number[32];
        std::snprintf(number, sizeof number, "%.3f", static_cast<double>(timing.time.count()) / ns_per_ms);
        if (!header.empty()) header += ", ";
        header += timing.name + ";dur=" + number;
    }
    return header;
}

std::vector<Timing> parse_server_timing(std::string_view header) {
    std::vector<Timing> timings;
    while (!header.empty() && timings.size() < timings_max)
        if (auto timing = metric_in(next_part(header, ','))) timings.push_back(std::move(*timing));
    return timings;
}

} // namespace bookstore::net
