#pragma once
/// \file
/// Request targets (RFC 9112, section 3.2): origin form, absolute form, and "*" for OPTIONS.
#include <string>
#include <string_view>

#include <bookstore/net/http_message.hpp>

namespace bookstore::net {

/// Fills `request.path` and `request.query`; `request.verb` is set already. False when the target is of no
/// known form, holds a bad percent sequence, or encodes a NUL.
bool parse_target(std::string_view target, Request& request);

/// Appends `text` decoded to `out`. False on a bad sequence or a NUL.
bool percent_decode(std::string_view text, bool plus_is_space, std::string& out);

} // namespace bookstore::net
