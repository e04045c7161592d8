#pragma once
/// \file
/// Errors over HTTP: application/problem+json (RFC 9457).
#include <string>
#include <string_view>

#include <bookstore/base/error.hpp>
#include <bookstore/net/http_message.hpp>

namespace bookstore::net {

/// `type` is "about:blank" with the status' phrase as title unless `type` is given, e.g. "out-of-stock",
/// which becomes "urn:bookstored:out-of-stock". `detail` says what was wrong, what is allowed and what to do.
/// `members_json` is appended as further members, e.g. `"short": [{"item": 1, "stock": 0}]`, or empty.
Response problem(int status, std::string_view detail, std::string_view type = {},
                 std::string_view members_json = {});

/// The one map from failures to statuses: unknown outcomes and everything that passes are 503 with
/// Retry-After.
Response problem_from(boost::system::error_code failure, std::string_view detail = {});

} // namespace bookstore::net
