#include "roles/page_request.hpp"

#include <string>

#include <bookstore/net/problem.hpp>
#include <bookstore/roles/json.hpp>

namespace bookstore::roles {

std::variant<PageRequest, net::Response> parse_page(const net::Request& request, std::string_view number,
                                                    std::size_t limit_max) {
    PageRequest page;
    if (const auto after = request.parameter("after"); after && *after != "0") {
        const auto parsed = json::parse_positive(*after);
        if (!parsed)
            return net::problem(400, "The parameter \"after\" must be " + std::string(number) + ", or 0.");
        page.after = *parsed;
    }
    if (const auto limit = request.parameter("limit")) {
        page.limit = json::parse_positive(*limit);
        if (!page.limit || *page.limit > limit_max)
            return net::problem(400,
                                "The parameter \"limit\" must be 1 to " + std::to_string(limit_max) + ".");
    }
    return page;
}

} // namespace bookstore::roles
