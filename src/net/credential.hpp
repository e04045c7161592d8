#pragma once
/// \file
/// Bearer credentials (RFC 6750), compared in constant time.
#include <optional>
#include <string_view>

#include <bookstore/net/http_message.hpp>

namespace bookstore::net {

/// Equal, in a time that depends on the lengths only.
bool same_secret(std::string_view a, std::string_view b);

/// What stands behind "Bearer " in `Authorization`, or nothing.
std::optional<std::string_view> bearer(const Headers& headers);

/// The answers to a request that shows no credential, and to one that shows a wrong one.
Response credential_missing();
Response credential_wrong();

} // namespace bookstore::net
