#include "net/target.hpp"

#include <bookstore/net/http_client.hpp>

#include "net/text.hpp"

namespace bookstore::net {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool parse_query(std::string_view text, Request& request) {
    while (!text.empty()) {
        const auto pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
        if (pair.empty()) continue;
        const auto name = pair.substr(0, pair.find('='));
        const auto value = pair.substr(std::min(pair.size(), name.size() + 1));
        auto& decoded = request.query.emplace_back();
        if (!percent_decode(name, true, decoded.first) || !percent_decode(value, true, decoded.second))
            return false;
    }
    return true;
}

/// "http://host:port/path" → "/path"; what is not of that form stays.
std::string_view without_authority(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!iequals(target.substr(0, scheme.size()), scheme)) continue;
        const auto slash = target.find_first_of("/?", scheme.size());
        if (slash == std::string_view::npos) return "/";
        return target.substr(slash);
    }
    return target;
}

} // namespace

bool percent_decode(std::string_view text, bool plus_is_space, std::string& out) {
    out.reserve(out.size() + text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        char c = text[at];
        if (c == '+' && plus_is_space) {
            c = ' ';
        } else if (c == '%') {
            if (text.size() - at < 3) return false;
            const int high = hex_value(text[at + 1]);
            const int low = hex_value(text[at + 2]);
            if (high < 0 || low < 0) return false;
            c = static_cast<char>(high * 16 + low);
            at += 2;
        }
        if (c == '\0') return false;
        out.push_back(c);
    }
    return true;
}

std::string percent_encode(std::string_view text) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    const auto unreserved = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '.' || c == '_' || c == '~';
    };
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (unreserved(c)) {
            out.push_back(c);
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out.append({'%', digits[byte >> 4], digits[byte & 15]});
        }
    }
    return out;
}

bool parse_target(std::string_view target, Request& request) {
    if (target == "*" && request.verb == Verb::options) {
        request.path = "*";
        return true;
    }
    target = without_authority(target);
    if (target.empty() || target.find('#') != std::string_view::npos) return false;
    const auto path = target.substr(0, target.find('?'));
    if (path.empty()) {
        request.path = "/"; // "http://host?query"
    } else if (path.front() != '/' || !percent_decode(path, false, request.path)) {
        return false;
    }
    return parse_query(target.substr(std::min(target.size(), path.size() + 1)), request);
}

} // namespace bookstore::net
