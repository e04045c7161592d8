#pragma once
/// \file
/// The requests that a shop gets most: a GET whose head says nothing that changes how it is answered.
#include <cstddef>
#include <optional>
#include <string_view>

namespace bookstore::net {

struct PlainGet {
    std::string_view target; ///< as sent, in origin form
    std::size_t bytes = 0;   ///< of the request, which has no body
};

/// The plain GET at the front of `in`, if its head is complete, well-formed and of HTTP/1.1 with one Host,
/// and has no other fields but those known to matter to nobody here: what browsers and tools send along. All
/// else, be it wrong, unusual or not all there yet, is nothing: RequestParser takes the same bytes and
/// decides.
///
/// What is found here RequestParser finds as well, with the same target, no body, and a connection that is
/// kept (tests/fuzz/plain_get_fuzz.cpp).
std::optional<PlainGet> find_plain_get(std::string_view in);

} // namespace bookstore::net
