#pragma once
/// \file
/// The requests that a shop gets most: a GET whose head says nothing but the target that changes how it is
/// answered, and a POST with a body of known length, a key and a type.
#include <cstddef>
#include <optional>
#include <string_view>

#include <bookstore/net/http_message.hpp>

namespace bookstore::net {

struct PlainRequest {
    Verb verb = Verb::get;   ///< get or post
    std::string_view target; ///< as sent, in origin form, nothing in it percent-encoded
    std::optional<std::string_view> content_type;
    std::optional<std::string_view> idempotency_key;
    std::string_view body;
    std::size_t bytes = 0; ///< of the whole request
};

/// The plain request at the front of `in`, if it is complete, well-formed and of HTTP/1.1 with one Host, and
/// has no other fields but those known to matter to nobody here: what browsers and tools send along. A POST
/// says the length of its body, at most `body_bytes_max`, and may say what a PlainRequest holds; a GET says
/// none of these. All else, be it wrong, unusual or not all there yet, is nothing: RequestParser takes the
/// same bytes and decides.
///
/// What is found here RequestParser finds as well, with the same parts, and a connection that is kept
/// (tests/fuzz/plain_request_fuzz.cpp).
std::optional<PlainRequest> find_plain_request(std::string_view in, std::size_t body_bytes_max);

} // namespace bookstore::net
