#include "roles/catalog/resync.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "roles/group_member.hpp"
#include "support/virtual_scheduler.hpp"

namespace bookstore::roles::catalog {
namespace {

using Ids = std::vector<std::uint64_t>;

/// A shop with so many books, and who tells them.
struct Shop {
    explicit Shop(std::uint64_t books) {
        shop::Stock stock{0, true, {}};
        for (std::uint64_t id = 1; id <= books; ++id)
            stock.books.push_back({shop::ItemId{id}, "A book", "ds", 1, 5});
        state.apply(shop::CatalogCommand{std::move(stock)});
        REQUIRE(state.size() == books);
    }

    std::shared_ptr<std::optional<net::Response>>
    begin(std::vector<std::pair<std::string, std::string>> query = {}) {
        net::Request request;
        request.query = std::move(query);
        request.deadline = scheduler.now() + patience;
        return test::begin(scheduler, resync.answer(std::move(request)));
    }
    net::Response ask(std::vector<std::pair<std::string, std::string>> query = {}) {
        const auto answer = begin(std::move(query));
        scheduler.run_until([&] { return answer->has_value(); }, base::seconds(1));
        REQUIRE(answer->has_value());
        return std::move(**answer);
    }
    void sell(std::uint64_t item) {
        state.apply(shop::Sell{"key" + std::to_string(sales++), {{shop::ItemId{item}, 1}}, {}});
    }

    test::VirtualScheduler scheduler;
    BesideShelf beside;
    shop::CatalogState state{&beside};
    Resync resync{scheduler.executor(), scheduler, state, beside};
    base::Duration patience = base::seconds(3);
    int sales = 0;
};

boost::json::array books_of(const net::Response& answer) {
    REQUIRE(answer.status == 200);
    return boost::json::parse(answer.body).as_array();
}

Ids ids(const net::Response& answer) {
    Ids found;
    for (const auto& book : books_of(answer))
        found.push_back(book.at("id").to_number<std::uint64_t>());
    return found;
}

constexpr std::uint64_t large = 3 * resync_books_max + 1;

} // namespace

TEST_CASE("a catalogue is told whole, or page by page", "[roles][resync]") {
    Shop shop(7);
    CHECK(ids(shop.ask()) == Ids{1, 2, 3, 4, 5, 6, 7});
    CHECK(ids(shop.ask({{"limit", "3"}})) == Ids{1, 2, 3});
    CHECK(ids(shop.ask({{"limit", "3"}, {"after", "3"}})) == Ids{4, 5, 6});
    CHECK(ids(shop.ask({{"limit", "3"}, {"after", "6"}})) == Ids{7});
    CHECK(ids(shop.ask({{"after", "7"}})).empty());
    CHECK(shop.ask().header("Bookstore-Digest") == digest_text(shop.state.digest()));
}

TEST_CASE("the catalogue of a shop that has none yet is told as empty", "[roles][resync]") {
    CHECK(ids(Shop(0).ask()).empty());
}

TEST_CASE("a page of nonsense is refused", "[roles][resync]") {
    Shop shop(1);
    const std::vector<std::pair<std::string, std::string>> nonsense = {
        {"after", "x"}, {"after", "-1"}, {"limit", "0"}, {"limit", "x"}, {"limit", "2001"}};
    for (const auto& wrong : nonsense)
        CHECK(shop.ask({wrong}).status == 400);
}

TEST_CASE("a catalogue of many pages is told whole to who asks for it", "[roles][resync]") {
    const auto books =
        GENERATE(as<std::uint64_t>(), resync_books_max, resync_books_max + 1, 2 * resync_books_max, large);
    Shop shop(books);
    const auto whole = ids(shop.ask());
    REQUIRE(whole.size() == books);
    CHECK(whole.front() == 1);
    CHECK(whole.back() == books);
    CHECK(ids(shop.ask({{"limit", std::to_string(resync_books_max)}})).size() == resync_books_max);
    CHECK(ids(shop.ask({{"after", "1"}})).size() == books - 1);
}

TEST_CASE("a large catalogue is told as it was when it was asked for, and others are let past meanwhile",
          "[roles][resync]") {
    Shop shop(large);
    shop.sell(1);
    const auto answer = shop.begin();
    // In each turn of the loop something is sold at both ends, and a book comes.
    int turns = 0;
    std::function<void()> others = [&] {
        if (answer->has_value()) return;
        ++turns;
        shop.sell(1);
        shop.sell(large);
        shop.state.apply(shop::AddBook{{shop::ItemId{0}, "New", "ds", 1, 1}});
        shop.scheduler.post(others);
    };
    shop.scheduler.post(others); // behind the call
    shop.scheduler.run_until([&] { return answer->has_value(); }, base::seconds(1));
    REQUIRE(answer->has_value());
    CHECK(turns >= 4);
    const auto books = books_of(**answer);
    REQUIRE(books.size() == large);
    CHECK(books.front().at("sold") == 1);
    CHECK(books.front().at("stock") == 4);
    CHECK(books.back().at("sold") == 0);
    CHECK(books.back().at("stock") == 5);
    CHECK((*answer)->header("Bookstore-Unsettled") == "1");
}

TEST_CASE("one large answer is made or sent at a time", "[roles][resync]") {
    Shop shop(large);
    auto first = shop.begin();
    const auto second = shop.ask();
    CHECK(second.status == 503);
    CHECK(second.header("Retry-After") == "1");
    CHECK(shop.ask({{"limit", "1"}}).status == 200);
    REQUIRE(shop.scheduler.run_until([&] { return first->has_value(); }, base::seconds(1)));
    CHECK((*first)->status == 200);
    CHECK(shop.ask().status == 503); // it has been made, and not sent
    first->reset();
    CHECK(shop.ask().status == 200);
}

TEST_CASE("a large answer that is not made in time is 503, and makes room", "[roles][resync]") {
    Shop shop(large);
    shop.patience = {};
    CHECK(shop.ask().status == 503);
    shop.patience = base::seconds(1);
    CHECK(shop.ask().status == 200);
}

TEST_CASE("a large answer is not gone on with when the contents are replaced", "[roles][resync]") {
    Shop shop(large);
    const auto answer = shop.begin();
    shop.scheduler.post([&] { shop.state.clear(); });
    shop.scheduler.run_until([&] { return answer->has_value(); }, base::seconds(1));
    REQUIRE(answer->has_value());
    CHECK((*answer)->status == 503);
}

TEST_CASE("what very many rows add up to is not reckoned on the loop", "[roles][resync]") {
    Shop most(resync_digest_rows_max);
    CHECK(most.ask({{"limit", "1"}}).header("Bookstore-Digest"));
    Shop more(resync_digest_rows_max + 1);
    CHECK_FALSE(more.ask({{"limit", "1"}}).header("Bookstore-Digest"));
}

} // namespace bookstore::roles::catalog
