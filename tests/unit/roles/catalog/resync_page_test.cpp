#include "roles/catalog/resync_page.hpp"

#include <memory>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "roles/group_member.hpp"

namespace bookstore::roles::catalog {
namespace {

net::Request asking(std::vector<std::pair<std::string, std::string>> query = {}) {
    net::Request request;
    request.query = std::move(query);
    return request;
}

/// A shop with so many books.
std::unique_ptr<shop::CatalogState> shop_with(std::uint64_t books) {
    auto state = std::make_unique<shop::CatalogState>();
    shop::Stock stock{0, true, {}};
    for (std::uint64_t id = 1; id <= books; ++id)
        stock.books.push_back({shop::ItemId{id}, "A book", "ds", 1, 1});
    state->apply(shop::CatalogCommand{std::move(stock)});
    REQUIRE(state->size() == books);
    return state;
}

std::vector<std::uint64_t> ids(const net::Response& answer) {
    REQUIRE(answer.status == 200);
    std::vector<std::uint64_t> found;
    const auto books = boost::json::parse(answer.body);
    for (const auto& book : books.as_array())
        found.push_back(book.at("id").to_number<std::uint64_t>());
    return found;
}

} // namespace

TEST_CASE("a catalogue is told whole, or page by page", "[roles][resync]") {
    const auto state = shop_with(7);
    using Ids = std::vector<std::uint64_t>;
    CHECK(ids(resync_page(asking(), *state)) == Ids{1, 2, 3, 4, 5, 6, 7});
    CHECK(ids(resync_page(asking({{"limit", "3"}}), *state)) == Ids{1, 2, 3});
    CHECK(ids(resync_page(asking({{"limit", "3"}, {"after", "3"}}), *state)) == Ids{4, 5, 6});
    CHECK(ids(resync_page(asking({{"limit", "3"}, {"after", "6"}}), *state)) == Ids{7});
    CHECK(ids(resync_page(asking({{"after", "7"}}), *state)).empty());
    const auto whole = resync_page(asking(), *state);
    CHECK(whole.header("Bookstore-Digest") == digest_text(state->digest()));
}

TEST_CASE("a page of nonsense is refused", "[roles][resync]") {
    const auto state = shop_with(1);
    const std::vector<std::pair<std::string, std::string>> nonsense = {
        {"after", "x"}, {"after", "-1"}, {"limit", "0"}, {"limit", "x"}, {"limit", "20001"}};
    for (const auto& wrong : nonsense)
        CHECK(resync_page(asking({wrong}), *state).status == 400);
}

TEST_CASE("a catalogue of many pages is still told whole to who asks for it", "[roles][resync]") {
    const auto state = shop_with(resync_books_max + 1);
    CHECK(ids(resync_page(asking(), *state)).size() == resync_books_max + 1);
    const auto page = asking({{"limit", std::to_string(resync_books_max)}});
    CHECK(ids(resync_page(page, *state)).size() == resync_books_max);
}

TEST_CASE("what very many rows add up to is not reckoned on the loop", "[roles][resync]") {
    const auto most = shop_with(resync_digest_rows_max);
    const auto told = resync_page(asking({{"limit", "1"}}), *most);
    CHECK(told.header("Bookstore-Digest"));
    const auto more = shop_with(resync_digest_rows_max + 1);
    const auto untold = resync_page(asking({{"limit", "1"}}), *more);
    CHECK_FALSE(untold.header("Bookstore-Digest"));
}

} // namespace bookstore::roles::catalog
