#pragma once
/// \file
/// ?after=N&limit=N of what an administrator reads page by page at one replica.
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include <bookstore/net/http_message.hpp>

namespace bookstore::roles {

struct PageRequest {
    std::uint64_t after = 0; ///< 0: from the start
    std::optional<std::uint64_t> limit;
};

/// Or the refusal. `number`: what is counted by, with its article.
std::variant<PageRequest, net::Response> parse_page(const net::Request& request, std::string_view number,
                                                    std::size_t limit_max);

} // namespace bookstore::roles
