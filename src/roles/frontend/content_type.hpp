#pragma once
/// \file
/// What a request's body may be.
#include <optional>

#include <bookstore/net/http_message.hpp>

namespace bookstore::roles::frontend {

/// 415 when the request says that its body is anything but JSON; a request that does not say is believed.
std::optional<net::Response> refuse_unless_json(const net::Request& request);

} // namespace bookstore::roles::frontend
