#include "net/plain_get.hpp"

#include <algorithm>
#include <array>

#include "net/text.hpp"

namespace bookstore::net {
namespace {

using std::literals::operator""sv;

constexpr auto verb = "GET "sv;
constexpr auto version = " HTTP/1.1"sv;
constexpr auto line_end = "\r\n"sv;

/// Which characters may stand somewhere. A table, because it is every byte of a head that is looked up in
/// one.
class CharSet {
public:
    template <typename Predicate>
    explicit constexpr CharSet(Predicate has) {
        for (int c = 0; c < 128; ++c)
            members_[static_cast<std::size_t>(c)] = has(static_cast<char>(c));
    }
    bool has_all_of(std::string_view text) const {
        for (const char c : text)
            if (!members_[static_cast<unsigned char>(c)]) return false;
        return true;
    }

private:
    std::array<bool, 256> members_{};
};

/// In the target no '%' is checked and no '#' looked for, so both are left to the parser of targets.
constexpr CharSet target_chars([](char c) { return c > ' ' && c < '\x7f' && c != '%' && c != '#'; });
constexpr CharSet value_chars([](char c) { return (c >= ' ' && c < '\x7f') || c == '\t'; });

constexpr auto ignored_fields = std::to_array<std::string_view>({
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Cache-Control",
    "Cookie",
    "DNT",
    "Pragma",
    "Priority",
    "Referer",
    "Sec-CH-UA",
    "Sec-CH-UA-Mobile",
    "Sec-CH-UA-Platform",
    "Sec-Fetch-Dest",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Site",
    "Sec-Fetch-User",
    "Upgrade-Insecure-Requests",
    "User-Agent",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
});

bool is_ignored(std::string_view name) {
    return std::any_of(ignored_fields.begin(), ignored_fields.end(),
                       [&](std::string_view field) { return iequals(field, name); });
}

std::string_view trimmed(std::string_view value) {
    const auto from = value.find_first_not_of(" \t");
    if (from == std::string_view::npos) return {};
    return value.substr(from, value.find_last_not_of(" \t") + 1 - from);
}

/// Takes a line off the front of `in`: what comes before its end. Nothing when it has none.
std::optional<std::string_view> take_line(std::string_view& in) {
    const auto end = in.find('\r');
    if (end == std::string_view::npos || in.substr(end, line_end.size()) != line_end) return std::nullopt;
    const auto line = in.substr(0, end);
    in.remove_prefix(end + line_end.size());
    return line;
}

/// Whether the line is a field of a plain request. `hosts` counts those that say Host.
bool is_plain_field(std::string_view line, int& hosts) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    const auto name = line.substr(0, colon);
    const auto value = line.substr(colon + 1);
    if (!value_chars.has_all_of(value)) return false;
    if (iequals(name, "Host")) return ++hosts == 1;
    if (iequals(name, "Connection")) return iequals(trimmed(value), "keep-alive");
    return is_ignored(name);
}

} // namespace

std::optional<PlainGet> find_plain_get(std::string_view in) {
    auto rest = in;
    if (!rest.starts_with(verb)) return std::nullopt;
    rest.remove_prefix(verb.size());
    const auto first = take_line(rest);
    if (!first || !first->ends_with(version)) return std::nullopt;
    const auto target = first->substr(0, first->size() - version.size());
    if (!target.starts_with('/') || !target_chars.has_all_of(target)) return std::nullopt;
    int hosts = 0;
    for (;;) {
        const auto line = take_line(rest);
        if (!line) return std::nullopt;
        if (line->empty()) break;
        if (!is_plain_field(*line, hosts)) return std::nullopt;
    }
    if (hosts != 1) return std::nullopt;
    return PlainGet{target, in.size() - rest.size()};
}

} // namespace bookstore::net
