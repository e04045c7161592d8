#include <catch2/catch.hpp>

#include <bookstore/replication/forwarding.hpp>
#include <bookstore/replication/methods.hpp>

#include "unit/roles/frontend/shop_fixture.hpp"

using namespace bookstore;
using namespace bookstore::roles;
using namespace bookstore::roles::frontend::test;

namespace {

using Answer = std::optional<base::result<std::string>>;

constexpr net::Method propose{catalog_group_methods +
                              static_cast<std::uint16_t>(replication::GroupMethod::propose)};
const net::Headers as_admin{{"Authorization", "Bearer admin"}, {"Content-Type", "application/json"}};
const std::string new_book = R"({"title":"Raft","topic":"ds","cost":300,"stock":2})";

/// What a leader answers to a command that was applied at version 21.
std::string applied(const shop::CatalogOutcome& outcome) {
    return replication::encode(replication::AppliedAll{{shop::encode(outcome)}, 21, milliseconds(1)});
}

void leader_says(Shop& shop, Answer answer) {
    shop.transport.answerers[propose] = [answer](const Call&) { return answer; };
}

shop::CatalogCommand proposed(const Shop& shop) {
    const auto commands = replication::decode_commands(shop.transport.made(propose).back()->request).value();
    return shop::decode_catalog_command(commands.front()).value();
}

} // namespace

TEST_CASE("a change of stock and cost is proposed to the catalog's leader", "[frontend][admin]") {
    const auto shop = Shop::open();
    leader_says(*shop, applied(shop::Updated{{shop::ItemId{3}, "T", "gs", 250, 9}}));
    const auto response = shop->send(Verb::patch, "/v1/books/3", R"({"delta":4,"cost":250})", as_admin);
    CHECK(response.status == 200);
    CHECK(response.body == R"({"id":3,"title":"T","topic":"gs","cost":250,"stock":9})");
    CHECK(header_of(response, "Bookstore-Version") == "21");
    const auto update = std::get<shop::Update>(proposed(*shop));
    CHECK(update == shop::Update{shop::ItemId{3}, 4, 250});
    CHECK(shop->transport.made(propose).back()->to == shop->at(Role::catalog, 0));
}

TEST_CASE("a new book is created where its answer says", "[frontend][admin]") {
    const auto shop = Shop::open();
    leader_says(*shop, applied(shop::Updated{{shop::ItemId{8}, "Raft", "ds", 300, 2}}));
    const auto response = shop->send(Verb::post, "/v1/books", new_book, as_admin);
    CHECK(response.status == 201);
    CHECK(header_of(response, "Location") == "/v1/books/8");
    CHECK(response.body.find("\"id\":8") != std::string::npos);
    CHECK(std::get<shop::AddBook>(proposed(*shop)).book.title == "Raft");
}

TEST_CASE("the shop's refusals of a change", "[frontend][admin]") {
    const auto shop = Shop::open();
    const auto patch = [&] {
        return shop->send(Verb::patch, "/v1/books/3", R"({"delta":-9})", as_admin).status;
    };
    SECTION("stock would fall below zero") {
        leader_says(*shop, applied(shop::UpdateRefused{{shop::ItemId{3}, "T", "gs", 250, 2}}));
        CHECK(patch() == 409);
    }
    SECTION("unknown item") {
        leader_says(*shop, applied(shop::UnknownItem{shop::ItemId{3}}));
        CHECK(patch() == 404);
    }
    SECTION("not open yet") {
        leader_says(*shop, applied(shop::NotOpen{}));
        CHECK(patch() == 503);
    }
    SECTION("an outcome that is none") {
        leader_says(*shop, applied(shop::KeyReused{}));
        CHECK(patch() == 500);
        leader_says(*shop, "?");
        CHECK(patch() == 500);
    }
    SECTION("the id is taken") {
        leader_says(*shop, applied(shop::IdTaken{}));
        CHECK(shop->send(Verb::post, "/v1/books", new_book, as_admin).status == 409);
    }
}

TEST_CASE("a change whose outcome is unknown is not sent again", "[frontend][admin]") {
    const auto shop = Shop::open();
    leader_says(*shop, Answer(Errc::connection_lost));
    const auto response = shop->send(Verb::patch, "/v1/books/3", R"({"delta":4})", as_admin);
    CHECK(response.status == 503);
    CHECK(header_of(response, "Retry-After") == "1");
    CHECK(shop->transport.made(propose).size() == 1);
}

TEST_CASE("a change that was refused goes on to the leader", "[frontend][admin]") {
    const auto shop = Shop::open();
    shop->transport.answerers[propose] = [&](const Call& call) -> Answer {
        if (call.to != shop->at(Role::catalog, 2)) return Errc::not_leader;
        return applied(shop::Updated{{shop::ItemId{3}, "T", "gs", 250, 9}});
    };
    CHECK(shop->send(Verb::patch, "/v1/books/3", R"({"delta":4})", as_admin).status == 200);
    CHECK(shop->transport.made(propose).size() == 3);
}

TEST_CASE("changes need the admin's credential, a shape that makes sense, and JSON", "[frontend][admin]") {
    const auto shop = Shop::open();
    CHECK(shop->send(Verb::patch, "/v1/books/3", R"({"delta":4})").status == 401);
    CHECK(shop->send(Verb::post, "/v1/books", new_book, {{"Authorization", "Bearer guess"}}).status == 403);
    CHECK(shop->send(Verb::patch, "/v1/books/x", R"({"delta":4})", as_admin).status == 400);
    for (const std::string body :
         {"", "{}", "[]", R"({"delta":"4"})", R"({"cost":-1})", R"({"delta":1,"order":0})"}) {
        INFO(body);
        CHECK(shop->send(Verb::patch, "/v1/books/3", body, as_admin).status == 400);
    }
    for (const std::string body : {"", "{}", R"({"title":"","topic":"ds","cost":1,"stock":1})",
                                   R"({"title":"T","topic":"ds","cost":-1,"stock":1})"}) {
        INFO(body);
        CHECK(shop->send(Verb::post, "/v1/books", body, as_admin).status == 400);
    }
    const net::Headers as_form{{"Authorization", "Bearer admin"}, {"Content-Type", "text/plain"}};
    CHECK(shop->send(Verb::post, "/v1/books", new_book, as_form).status == 415);
    CHECK(shop->send(Verb::patch, "/v1/books/3", R"({"delta":4})", as_form).status == 415);
    CHECK(shop->transport.made(propose).empty());
}
