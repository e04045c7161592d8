#include "roles/catalog/resync_page.hpp"

#include <string>
#include <vector>

#include <bookstore/net/problem.hpp>
#include <bookstore/roles/json.hpp>

#include "roles/group_member.hpp"
#include "roles/page_request.hpp"

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
    auto asked = parse_page(request, "an item number", resync_books_max);
    if (auto* refusal = std::get_if<net::Response>(&asked)) return std::move(*refusal);
    const auto& page = std::get<PageRequest>(asked);
    const std::uint64_t limit = page.limit.value_or(state.size());
    auto answer =
        net::json_response(body_of(state.page(std::nullopt, shop::ItemId{page.after}, limit), state))
            .with("Bookstore-Unsettled", std::to_string(state.unsettled_count()));
    if (state.size() + state.sales_count() > resync_digest_rows_max) return answer;
    return std::move(answer).with("Bookstore-Digest", digest_text(state.recompute_digest()));
}

} // namespace bookstore::roles::catalog
