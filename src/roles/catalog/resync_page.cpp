#include "roles/catalog/resync_page.hpp"

#include <string>
#include <vector>

#include <bookstore/net/problem.hpp>
#include <bookstore/roles/json.hpp>

#include "roles/group_member.hpp"

namespace bookstore::roles::catalog {
namespace {

std::string body_of(const std::vector<const shop::Book*>& books, const shop::CatalogState& state) {
    std::string body = "[";
    for (const shop::Book* book : books) {
        if (body.size() > 1) body += ',';
        json::append_book(body, *book);
        body.back() = ','; // its end moves behind what an audit needs besides
        body += R"("sold":)" + std::to_string(state.sold(book->id)) + "}";
    }
    return body + "]";
}

} // namespace

net::Response resync_page(const net::Request& request, const shop::CatalogState& state) {
    const auto after_given = request.parameter("after"), limit_given = request.parameter("limit");
    const bool from_start = !after_given || *after_given == "0";
    const auto after = from_start ? std::uint64_t{0} : json::parse_positive(*after_given);
    const auto limit = limit_given ? json::parse_positive(*limit_given) : state.size();
    if (!after) return net::problem(400, "The parameter \"after\" must be an item number, or 0.");
    if (!limit || (limit_given && *limit > resync_books_max))
        return net::problem(400,
                            "The parameter \"limit\" must be 1 to " + std::to_string(resync_books_max) + ".");
    auto answer = net::json_response(body_of(state.page(std::nullopt, shop::ItemId{*after}, *limit), state))
                      .with("Bookstore-Unsettled", std::to_string(state.unsettled_count()));
    if (state.size() + state.sales_count() > resync_digest_rows_max) return answer;
    return std::move(answer).with("Bookstore-Digest", digest_text(state.recompute_digest()));
}

} // namespace bookstore::roles::catalog
