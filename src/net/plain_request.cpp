#include "net/plain_request.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "net/text.hpp"

namespace bookstore::net {
namespace {

using std::literals::operator""sv;

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

/// Digits and nothing else, no more of them than a length within any limit has.
std::optional<std::size_t> parse_length(std::string_view digits) {
    constexpr std::size_t digits_max = 9;
    std::size_t length = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (failed != std::errc{} || end != digits.data() + digits.size() || digits.size() > digits_max)
        return std::nullopt;
    return length;
}

/// Keeps what a field says that a request may say once; false when it has said it before.
template <typename T>
bool keep(std::optional<T>& kept, std::optional<T> said) {
    if (kept || !said) return false;
    kept = said;
    return true;
}

struct PlainHead {
    PlainRequest request;
    int hosts = 0;
    std::optional<std::size_t> length;

    /// False when the request is not plain for it.
    bool take_verb(std::string_view& line) {
        for (const auto& [verb, name] : {std::pair{Verb::get, "GET "sv}, std::pair{Verb::post, "POST "sv}}) {
            if (!line.starts_with(name)) continue;
            line.remove_prefix(name.size());
            request.verb = verb;
            return true;
        }
        return false;
    }
    bool take_field(std::string_view line) {
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return false;
        const auto name = line.substr(0, colon);
        if (!value_chars.has_all_of(line.substr(colon + 1))) return false;
        const auto value = trimmed(line.substr(colon + 1));
        if (iequals(name, "Host")) return ++hosts == 1;
        if (iequals(name, "Connection")) return iequals(value, "keep-alive");
        return (request.verb == Verb::post && take_post_field(name, value)) || is_ignored(name);
    }
    bool take_post_field(std::string_view name, std::string_view value) {
        if (iequals(name, "Content-Length")) return keep(length, parse_length(value));
        if (iequals(name, "Content-Type")) return keep(request.content_type, std::optional(value));
        return iequals(name, "Idempotency-Key") && keep(request.idempotency_key, std::optional(value));
    }
    /// The rest of it is `in`.
    bool take_body(std::string_view& in, std::size_t bytes_max) {
        if (length.has_value() != (request.verb == Verb::post)) return false;
        const std::size_t bytes = length.value_or(0);
        if (bytes > bytes_max || bytes > in.size()) return false;
        request.body = in.substr(0, bytes);
        in.remove_prefix(bytes);
        return true;
    }
};

} // namespace

std::optional<PlainRequest> find_plain_request(std::string_view in, std::size_t body_bytes_max) {
    PlainHead head;
    auto rest = in;
    if (!head.take_verb(rest)) return std::nullopt;
    const auto first = take_line(rest);
    if (!first || !first->ends_with(version)) return std::nullopt;
    head.request.target = first->substr(0, first->size() - version.size());
    if (!head.request.target.starts_with('/') || !target_chars.has_all_of(head.request.target))
        return std::nullopt;
    for (;;) {
        const auto line = take_line(rest);
        if (!line) return std::nullopt;
        if (line->empty()) break;
        if (!head.take_field(*line)) return std::nullopt;
    }
    if (head.hosts != 1 || !head.take_body(rest, body_bytes_max)) return std::nullopt;
    head.request.bytes = in.size() - rest.size();
    return head.request;
}

} // namespace bookstore::net
