#include <bookstore/net/problem.hpp>

#include "net/http_wire.hpp"

namespace bookstore::net {
namespace {

using base::Errc;

/// The length of the UTF-8 sequence that `text` begins with, or 0 when it is none.
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    std::size_t length = 1;
    if (byte(0) >= 0x80) length = byte(0) >= 0xC2 && byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
    if (length > text.size() || byte(0) > 0xF4 || (byte(0) >= 0x80 && byte(0) < 0xC2)) return 0;
    for (std::size_t at = 1; at < length; ++at) {
        if ((byte(at) & 0xC0) != 0x80) return 0;
    }
    if (length == 3 && ((byte(0) == 0xE0 && byte(1) < 0xA0) || (byte(0) == 0xED && byte(1) >= 0xA0)))
        return 0;
    if (length == 4 && ((byte(0) == 0xF0 && byte(1) < 0x90) || (byte(0) == 0xF4 && byte(1) >= 0x90)))
        return 0;
    return length;
}

/// `text` as a JSON string. Details quote what clients sent: bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text) {
    static constexpr std::string_view digits = "0123456789abcdef";
    out.push_back('"');
    while (!text.empty()) {
        const char c = text.front();
        const std::size_t length = utf8_length(text);
        if (length == 0) {
            out.append("\xEF\xBF\xBD");
        } else if (c == '"' || c == '\\') {
            out.append({'\\', c});
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out.append("\\u00").append({digits[static_cast<unsigned char>(c) >> 4], digits[c & 15]});
        } else {
            out.append(text.substr(0, length));
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    out.push_back('"');
}

int status_of(boost::system::error_code failure) {
    if (failure.category() != base::errc_category()) return 500;
    switch (static_cast<Errc>(failure.value())) {
    case Errc::invalid_argument:
        return 400;
    case Errc::unauthorized:
        return 401;
    case Errc::not_found:
        return 404;
    case Errc::too_large:
        return 413;
    case Errc::not_leader:
    case Errc::not_ready:
    case Errc::overloaded:
    case Errc::unreachable:
    case Errc::timed_out:
    case Errc::connection_lost:
    case Errc::outcome_unknown:
    case Errc::storage_failed:
    case Errc::stopping:
        return 503;
    case Errc::corrupt:
    case Errc::protocol_error:
        break;
    }
    return 500;
}

} // namespace

Response problem(int status, std::string_view detail, std::string_view type, std::string_view members_json) {
    std::string body = R"({"type": )";
    append_json_string(body, type.empty() ? "about:blank" : "urn:bookstored:" + std::string(type));
    body += R"(, "title": )";
    append_json_string(body, reason_phrase(status));
    body += R"(, "status": )" + std::to_string(status) + R"(, "detail": )";
    append_json_string(body, detail);
    if (!members_json.empty()) body.append(", ").append(members_json);
    body += "}\n";
    auto response = json_response(std::move(body), status);
    response.content_type = "application/problem+json";
    return response;
}

Response problem_from(boost::system::error_code failure, std::string_view detail) {
    const int status = status_of(failure);
    auto response = problem(status, detail.empty() ? failure.message() : std::string(detail));
    if (status == 503) response.with("Retry-After", "1");
    if (status == 401) response.with("WWW-Authenticate", "Bearer");
    return response;
}

} // namespace bookstore::net
