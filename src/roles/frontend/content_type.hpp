#pragma once
/// \file
/// What a request's body may be.
#include <optional>
#include <string_view>

#include <bookstore/net/http_message.hpp>

namespace bookstore::roles::frontend {

/// 415 when a request says, in `content_type`, that its body is anything but JSON; who does not say is
/// believed.
std::optional<net::Response> refuse_unless_json(std::optional<std::string_view> content_type);

} // namespace bookstore::roles::frontend
