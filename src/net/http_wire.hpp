#pragma once
/// \file
/// Heads of messages, as they go out.
#include <string>
#include <string_view>

#include <bookstore/base/time.hpp>
#include <bookstore/net/http_message.hpp>

namespace bookstore::net {

/// "Not Found"; "Unknown" for a status that has no phrase.
std::string_view reason_phrase(int status);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7).
std::string to_http_date(base::WallTime t);

/// The date as text, made anew once a second only.
class DateCache {
public:
    std::string_view at(base::WallTime now);

private:
    std::int64_t second_ = -1;
    std::string text_;
};

enum class Connection {
    persistent, ///< HTTP/1.1's default: nothing is said
    keep_alive, ///< said, for HTTP/1.0
    close,
};

/// Appends everything up to the body. Header values are kept from breaking the header: control characters
/// become spaces.
void append_response_head(std::string& out, const Response& response, Connection connection,
                          std::string_view date);

/// Appends "name: value\r\n" with the same care.
void append_header(std::string& out, std::string_view name, std::string_view value);

} // namespace bookstore::net
