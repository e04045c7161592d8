#include "net/http_wire.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include <boost/beast/http/status.hpp>

#include <bookstore/net/prepared_head.hpp>

namespace bookstore::net {
namespace {

void append_number(std::string& out, std::uint64_t value) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

constexpr std::string_view date_name = "\r\nDate: ";
constexpr std::size_t date_bytes = sizeof "Sun, 06 Nov 1994 08:49:37 GMT" - 1;

bool has_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

} // namespace

std::string_view reason_phrase(int status) {
    const auto known = boost::beast::http::int_to_status(static_cast<unsigned>(status));
    if (known == boost::beast::http::status::unknown) return "Unknown";
    const auto phrase = boost::beast::http::obsolete_reason(known);
    return {phrase.data(), phrase.size()};
}

std::string to_http_date(base::WallTime t) {
    using namespace std::chrono;
    static constexpr std::array weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const sys_time<milliseconds> instant{milliseconds(static_cast<std::int64_t>(t))};
    const auto day = floor<days>(instant);
    const year_month_day date{day};
    const hh_mm_ss time{floor<seconds>(instant - day)};
    std::array<char, 64> text{};
    const int length = std::snprintf(
        text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT", weekdays[weekday{day}.c_encoding()],
        static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
        static_cast<int>(date.year()), static_cast<int>(time.hours().count()),
        static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
    return {text.data(), static_cast<std::size_t>(length)};
}

std::string_view DateCache::at(base::WallTime now) {
    const std::int64_t second = static_cast<std::int64_t>(now) / 1000;
    if (second != second_) {
        second_ = second;
        text_ = to_http_date(now);
    }
    return text_;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ");
    const auto from = out.size();
    out.append(value);
    const auto begin = out.begin() + static_cast<std::ptrdiff_t>(from);
    std::replace_if(
        begin, out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    out.append("\r\n");
}

void append_response_head(std::string& out, const Response& response, Connection connection,
                          std::string_view date) {
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<unsigned>(response.status));
    out.append(" ").append(reason_phrase(response.status)).append(date_name).append(date).append("\r\n");
    if (has_body(response.status)) {
        if (!response.content_type.empty()) append_header(out, "Content-Type", response.content_type);
        out.append("Content-Length: ");
        append_number(out, response.body.size());
        out.append("\r\n");
    }
    if (connection == Connection::close) out.append("Connection: close\r\n");
    if (connection == Connection::keep_alive) out.append("Connection: keep-alive\r\n");
    for (const auto& [name, value] : response.headers)
        append_header(out, name, value);
    out.append("\r\n");
}

std::string prepare_head(const Response& response) {
    std::string head;
    append_response_head(head, response, Connection::persistent, std::string(date_bytes, ' '));
    return head;
}

void append_prepared_head(std::string& out, std::string_view head, std::string_view date) {
    const auto date_at = out.size() + head.find('\r') + date_name.size();
    out.append(head);
    date.copy(out.data() + date_at, date_bytes);
}

} // namespace bookstore::net
