#include <catch2/catch.hpp>

#include <bookstore/base/random.hpp>
#include <bookstore/roles/protocol.hpp>

#include "support/catch_result.hpp"

using namespace bookstore;
using namespace bookstore::roles;

namespace {

shop::Order an_order() {
    return {shop::OrderNumber{17},
            "key \xe2\x82\xac",
            base::WallTime{1'767'225'600'123},
            {{shop::ItemId{1}, "RPCs for \"Dummies\"", 2, 200}, {shop::ItemId{900'000}, "", 1, 0}},
            400};
}

std::vector<std::string> samples() {
    Query page;
    page.shape = Query::Shape::page;
    page.topic = "ds";
    page.words = "";
    page.after = 300;
    page.limit = 1'000;
    page.minimum_version = UINT64_MAX;
    return {
        encode(page),
        encode(QueryAnswer{404, std::string("{\0}", 3), 9, {"item/3", "new"}}),
        encode(LeaseRequest{7, UINT64_MAX, 3}),
        encode(LeaseAnswer{3, 1'000, 1'000'000}),
        encode(Invalidation{3, 44, 0x0123456789abcdef, {"item/3", "topic/ds"}}),
        encode(InvalidationAnswer{42}),
        encode(NewLeader{5, 2}),
        encode(UnsettledRequest{1, 256}),
        encode(UnsettledAnswer{{{"k", {an_order().lines, 400, base::WallTime{5}}}, {"l", {}}}, 9}),
        encode(Purchase{"k", {{shop::ItemId{1}, 1}, {shop::ItemId{2}, 1'000'000}}}),
        encode(PurchaseAnswer{PurchaseAnswer::Result::out_of_stock, {}, {{shop::ItemId{4}, 0}}, 0}),
        encode(Purchases{{{"k", {{shop::ItemId{1}, 1}}}, {"l", {}}}}),
        encode(PurchaseAnswers{
            {PurchaseAnswer{PurchaseAnswer::Result::bought, an_order(), {}, 0}, base::Errc::overloaded}}),
        encode(FindOrderRequest{300}),
        encode(FindOrderAnswer{an_order()}),
        encode(FindOrderAnswer{}),
    };
}

/// Every decoder is given the bytes. What one accepts must say the same when it is written and read again.
template <typename Message>
unsigned accepted(std::string_view bytes) {
    const auto message = decode<Message>(bytes);
    if (!message) {
        REQUIRE(message.error() == base::Errc::corrupt);
        return 0;
    }
    const std::string again = encode(*message);
    REQUIRE(again.size() <= bytes.size()); // nothing made up; a varint may have been longer than it need be
    REQUIRE(encode(decode<Message>(again).value()) == again);
    return 1;
}

unsigned accepted_by(std::string_view bytes) {
    return accepted<Query>(bytes) + accepted<QueryAnswer>(bytes) + accepted<LeaseRequest>(bytes) +
           accepted<LeaseAnswer>(bytes) + accepted<Invalidation>(bytes) +
           accepted<InvalidationAnswer>(bytes) + accepted<NewLeader>(bytes) +
           accepted<UnsettledRequest>(bytes) + accepted<UnsettledAnswer>(bytes) + accepted<Purchase>(bytes) +
           accepted<PurchaseAnswer>(bytes) + accepted<FindOrderRequest>(bytes) +
           accepted<FindOrderAnswer>(bytes) + accepted<Purchases>(bytes) + accepted<PurchaseAnswers>(bytes);
}

template <typename Message>
Message through(const Message& message) {
    return decode<Message>(encode(message)).value();
}

} // namespace

TEST_CASE("queries and their answers arrive as they were sent", "[roles][protocol]") {
    Query query;
    query.shape = Query::Shape::page;
    query.topic = "Distributed Systems";
    query.after = 12;
    query.limit = 100;
    query.minimum_version = 77;
    const Query there = through(query);
    CHECK(there.shape == Query::Shape::page);
    CHECK(there.topic == query.topic);
    CHECK_FALSE(there.words);
    CHECK(there.after == 12);
    CHECK(there.limit == 100);
    CHECK(there.minimum_version == 77);

    const QueryAnswer answer = through(QueryAnswer{404, "{}", 9, {"item/3", "new"}});
    CHECK(answer.status == 404);
    CHECK(answer.body == "{}");
    CHECK(answer.version == 9);
    CHECK(answer.tags == std::vector<shop::Tag>{"item/3", "new"});
}

TEST_CASE("leases and invalidations arrive as they were sent", "[roles][protocol]") {
    const LeaseRequest request = through(LeaseRequest{7, UINT64_MAX, 3});
    CHECK(request.frontend == 7);
    CHECK(request.session == UINT64_MAX);
    CHECK(request.known_term == 3);

    const LeaseAnswer grant = through(LeaseAnswer{3, 1'000, 1'000'000, 2});
    CHECK(grant.term == 3);
    CHECK(grant.fence == 1'000);
    CHECK(grant.duration_us == 1'000'000);
    CHECK(grant.epoch == 2);

    const Invalidation invalidation = through(Invalidation{3, 44, 99, {"item/3", "topic/ds"}});
    CHECK(invalidation.term == 3);
    CHECK(invalidation.index == 44);
    CHECK(invalidation.session == 99);
    CHECK(invalidation.tags == std::vector<shop::Tag>{"item/3", "topic/ds"});
    CHECK(through(InvalidationAnswer{42}).session == 42);

    const NewLeader leader = through(NewLeader{5, 2});
    CHECK(leader.term == 5);
    CHECK(leader.slot == 2);
}

TEST_CASE("more purchases, or lines of purchases, than may travel together are not taken",
          "[roles][protocol]") {
    const Purchase one{"k", {{shop::ItemId{1}, 1}}};
    const Purchase many{"k", std::vector<shop::Line>(base::limits::lines_per_order_max, one.lines.front())};
    Purchases most;
    most.purchases.assign(Purchases::count_max, one);
    CHECK(decode<Purchases>(encode(most)));
    most.purchases.push_back(one);
    CHECK(decode<Purchases>(encode(most)).error() == base::Errc::corrupt);
    most.purchases.assign(Purchases::lines_max / many.lines.size(), many);
    CHECK(decode<Purchases>(encode(most)));
    most.purchases.push_back(many);
    CHECK(decode<Purchases>(encode(most)).error() == base::Errc::corrupt);
    PurchaseAnswers answers;
    answers.answers.assign(Purchases::count_max + 1, base::Errc::not_ready);
    CHECK(decode<PurchaseAnswers>(encode(answers)).error() == base::Errc::corrupt);
}

TEST_CASE("purchases and orders arrive as they were sent", "[roles][protocol]") {
    const Purchase purchase = through(Purchase{"k", {{shop::ItemId{1}, 1}, {shop::ItemId{2}, 1'000'000}}});
    CHECK(purchase.key == "k");
    CHECK(purchase.lines == std::vector<shop::Line>{{shop::ItemId{1}, 1}, {shop::ItemId{2}, 1'000'000}});

    CHECK(through(PurchaseAnswer{PurchaseAnswer::Result::bought, an_order(), {}, 0}).order == an_order());
    const PurchaseAnswer refused =
        through(PurchaseAnswer{PurchaseAnswer::Result::out_of_stock, {}, {{shop::ItemId{4}, 2}}, 8});
    CHECK(refused.result == PurchaseAnswer::Result::out_of_stock);
    CHECK(refused.shortages == std::vector<shop::Shortage>{{shop::ItemId{4}, 2}});
    CHECK(refused.item == 8);

    const auto together = through(Purchases{{purchase, {"l", {{shop::ItemId{3}, 1}}}}}).purchases;
    REQUIRE(together.size() == 2);
    CHECK(together[0].lines == purchase.lines);
    CHECK(together[1].key == "l");
    const auto answers = through(PurchaseAnswers{{refused, base::Errc::timed_out}}).answers;
    REQUIRE(answers.size() == 2);
    CHECK(answers[0]->shortages == refused.shortages);
    CHECK(answers[1].error() == base::Errc::timed_out);

    CHECK(through(FindOrderRequest{300}).number == 300);
    CHECK(through(FindOrderAnswer{an_order()}).order == an_order());
    CHECK_FALSE(through(FindOrderAnswer{}).order);

    const UnsettledRequest request = through(UnsettledRequest{300, 256});
    CHECK(request.until == 300);
    CHECK(request.limit == 256);
    const UnsettledAnswer sales =
        through(UnsettledAnswer{{{"k", {an_order().lines, 400, base::WallTime{5}}}}, 301});
    CHECK(sales.version == 301);
    REQUIRE(sales.sales.size() == 1);
    CHECK(sales.sales[0].key == "k");
    CHECK(sales.sales[0].sold == shop::Sold{an_order().lines, 400, base::WallTime{5}});
}

TEST_CASE("a message that is cut short or too long is damaged, whoever reads it", "[roles][protocol]") {
    for (const std::string& sample : samples()) {
        REQUIRE(accepted_by(sample) >= 1);
        for (std::size_t bytes = 0; bytes < sample.size(); ++bytes)
            accepted_by(std::string_view(sample).substr(0, bytes));
    }
    const std::string query = samples().front();
    CHECK(decode<Query>(query.substr(0, query.size() - 1)).error() == base::Errc::corrupt);
    CHECK(decode<Query>(query + '\0').error() == base::Errc::corrupt);
}

TEST_CASE("values that no message has are damage", "[roles][protocol]") {
    std::string query = encode(Query{});
    query[0] = 4; // no such shape
    CHECK(decode<Query>(query).error() == base::Errc::corrupt);
    CHECK(decode<QueryAnswer>(encode(QueryAnswer{500, "", 0, {}})).error() == base::Errc::corrupt);
    std::string found = encode(FindOrderAnswer{});
    found[0] = 2; // neither there nor not there
    CHECK(decode<FindOrderAnswer>(found).error() == base::Errc::corrupt);
    // A list of 2^60 things in a message of ten bytes is refused before memory is taken for it.
    CHECK(decode<UnsettledAnswer>("\xff\xff\xff\xff\xff\xff\xff\xff\x0f").error() == base::Errc::corrupt);
}

TEST_CASE("damaged messages are refused or read as another message, never worse", "[roles][protocol][fuzz]") {
    base::Random random(20'260'131);
    const auto originals = samples();
    unsigned survived = 0;
    for (unsigned round = 0; round < 20'000; ++round) {
        std::string bytes = originals[random.below(originals.size())];
        for (std::uint64_t flips = 1 + random.below(4); flips > 0 && !bytes.empty(); --flips)
            bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
        if (random.below(4) == 0) bytes.resize(random.below(bytes.size() + 8));
        survived += accepted_by(bytes);
    }
    CHECK(survived > 0); // some damage is only another number: the fuzzing reached beyond the first byte
}

TEST_CASE("two queries share a cache key only when they ask the same", "[roles][protocol]") {
    const auto page = [](std::optional<std::string> topic, std::optional<std::string> words) {
        Query query;
        query.shape = Query::Shape::page;
        query.topic = std::move(topic);
        query.words = std::move(words);
        query.limit = 10;
        return query.cache_key();
    };
    CHECK(page("a", std::nullopt) != page(std::nullopt, "a"));
    CHECK(page("a/q1:b", std::nullopt) != page("a", "b"));
    CHECK(page("", std::nullopt) != page(std::nullopt, std::nullopt));

    Query lookup, book;
    lookup.item = book.item = 3;
    book.shape = Query::Shape::book;
    CHECK(lookup.cache_key() == "lookup/3");
    CHECK(book.cache_key() == "book/3");
    lookup.minimum_version = 99;
    CHECK(lookup.cache_key() == "lookup/3");
}

TEST_CASE("a query depends on what its answer shows and on what it would have shown", "[roles][protocol]") {
    Query query;
    query.item = 3;
    CHECK(query.tags() == std::vector<shop::Tag>{shop::item_tag(shop::ItemId{3}), shop::new_books_tag()});
    query.shape = Query::Shape::search;
    query.topic = "ds";
    CHECK(query.tags() == std::vector<shop::Tag>{shop::topic_tag("ds")});
    query.shape = Query::Shape::page;
    CHECK(query.tags() == std::vector<shop::Tag>{shop::topic_tag("ds")});
    query.topic.reset();
    CHECK(query.tags() == std::vector<shop::Tag>{shop::new_books_tag()});
}
