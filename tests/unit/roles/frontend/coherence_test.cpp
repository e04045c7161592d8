#include <catch2/catch.hpp>

#include <bookstore/shop/tags.hpp>

#include "roles/frontend/coherence.hpp"

using namespace bookstore;
using namespace bookstore::roles;
using base::milliseconds;
using base::seconds;
using frontend::Coherence;

namespace {

constexpr std::uint64_t session = 99;
constexpr base::TimePoint start{seconds(100)};
constexpr LeaseAnswer grant_in_term(std::uint64_t term, std::uint64_t fence) {
    return {term, fence, 1'000'000};
}

Query lookup(std::uint64_t item) {
    Query query;
    query.item = item;
    return query;
}

Query search(std::string topic) {
    Query query;
    query.shape = Query::Shape::search;
    query.topic = std::move(topic);
    return query;
}

shop::CachedAnswer answer(std::uint64_t version, std::vector<shop::Tag> tags) {
    return {200, "body", version, std::move(tags)};
}

/// Registered at `start` in term 5 with fence 10.
struct Registered {
    Registered() { REQUIRE(one.granted(grant_in_term(5, 10), start, start)); }
    bool fill_lookup(std::uint64_t version, base::TimePoint now = start) {
        return one.fill("lookup/3", one.ticket(lookup(3)), answer(version, {"item/3"}), now);
    }
    base::result<InvalidationAnswer> announce(std::uint64_t index, std::string tag, std::uint64_t term = 5) {
        return one.invalidate({term, index, session, {std::move(tag)}});
    }

    Coherence one{{0, session}, {}, seconds(1)};
};

} // namespace

TEST_CASE("an unregistered frontend asks as one and has no lease", "[frontend][coherence]") {
    const Coherence one({2, session}, {}, seconds(1));
    CHECK(one.request().frontend == 2);
    CHECK(one.request().session == session);
    CHECK(one.request().known_term == 0);
    CHECK_FALSE(one.live(start));
}

TEST_CASE("a lease counts from before it was asked for", "[frontend][coherence]") {
    Coherence one({0, session}, {}, seconds(1));
    REQUIRE(one.granted(grant_in_term(5, 10), start, start + milliseconds(300)));
    CHECK(one.live(start + milliseconds(999)));
    CHECK_FALSE(one.live(start + milliseconds(1'000)));
    CHECK(one.request().known_term == 5);
}

TEST_CASE("a grant is not believed for longer than a lease can last here", "[frontend][coherence]") {
    Coherence one({0, session}, {}, seconds(1));
    REQUIRE(one.granted({5, 10, 60'000'000}, start, start));
    CHECK_FALSE(one.live(start + seconds(1)));
}

TEST_CASE("a renewal keeps the cache, a registration drops it", "[frontend][coherence]") {
    Registered registered;
    Coherence& one = registered.one;
    REQUIRE(registered.fill_lookup(10));

    SECTION("renewed while the lease lives") {
        CHECK_FALSE(one.granted(grant_in_term(5, 12), start + milliseconds(250), start + milliseconds(251)));
        CHECK(one.live(start + milliseconds(1'200)));
        CHECK(one.hit("lookup/3") != nullptr);
    }
    SECTION("asked again after it had run out") {
        CHECK(one.granted(grant_in_term(5, 12), start + seconds(2), start + seconds(2)));
        CHECK(one.hit("lookup/3") == nullptr);
        CHECK(one.ticket(lookup(3)).fence == 12);
    }
    SECTION("another leader") {
        CHECK(one.granted(grant_in_term(6, 12), start + milliseconds(10), start + milliseconds(11)));
        CHECK(one.hit("lookup/3") == nullptr);
    }
    SECTION("a deposed leader's answer that comes late counts for nothing") {
        CHECK_FALSE(one.granted(grant_in_term(4, 3), start + milliseconds(10), start + milliseconds(11)));
        CHECK(one.request().known_term == 5);
        CHECK(one.hit("lookup/3") != nullptr);
    }
    SECTION("lost") {
        one.lost();
        CHECK_FALSE(one.live(start));
        CHECK(one.request().known_term == 0);
    }
}

TEST_CASE("an announced write drops what it touches and raises its fence", "[frontend][coherence]") {
    Registered registered;
    REQUIRE(registered.fill_lookup(10));
    const auto acknowledged = registered.announce(11, "item/3");
    REQUIRE(acknowledged.has_value());
    CHECK(acknowledged->session == session);
    CHECK(registered.one.hit("lookup/3") == nullptr);
    CHECK(registered.one.ticket(lookup(3)).fence == 11);
    CHECK(registered.one.ticket(lookup(4)).fence == 10);
    CHECK(registered.one.ticket(search("ds")).fence == 10);
}

TEST_CASE("a fill that was overtaken by a write is not kept", "[frontend][coherence]") {
    Registered registered;
    const auto sent_with = registered.one.ticket(lookup(3));
    REQUIRE(registered.announce(11, "item/3").has_value());
    CHECK_FALSE(registered.one.fill("lookup/3", sent_with, answer(10, {"item/3"}), start));
    CHECK(registered.one.fill("lookup/3", sent_with, answer(11, {"item/3"}), start));
}

TEST_CASE("a fill is not kept without the lease and registration it was sent under",
          "[frontend][coherence]") {
    Registered registered;
    Coherence& one = registered.one;
    const auto sent_with = one.ticket(lookup(3));
    SECTION("the lease has run out") {
        CHECK_FALSE(one.fill("lookup/3", sent_with, answer(10, {"item/3"}), start + seconds(1)));
    }
    SECTION("registered anew meanwhile") {
        REQUIRE(one.granted(grant_in_term(6, 10), start, start));
        CHECK_FALSE(one.fill("lookup/3", sent_with, answer(10, {"item/3"}), start));
    }
}

TEST_CASE("a read may share a query only if that was sent with its own fence", "[frontend][coherence]") {
    Registered registered;
    Coherence& one = registered.one;
    const auto sent = one.ticket(lookup(3));
    CHECK(one.covers(sent, lookup(3)));

    SECTION("a write to another book changes nothing") {
        REQUIRE(registered.announce(11, "item/4").has_value());
        CHECK(one.covers(sent, lookup(3)));
    }
    SECTION("a write to this one does") {
        REQUIRE(registered.announce(11, "item/3").has_value());
        CHECK_FALSE(one.covers(sent, lookup(3)));
        CHECK(one.covers(one.ticket(lookup(3)), lookup(3)));
    }
    SECTION("a new book may be the one that is looked for") {
        REQUIRE(registered.announce(11, shop::new_books_tag()).has_value());
        CHECK_FALSE(one.covers(sent, lookup(3)));
    }
    SECTION("a new registration does, whatever the fence") {
        REQUIRE(one.granted(grant_in_term(6, 10), start, start));
        CHECK_FALSE(one.covers(sent, lookup(3)));
    }
}

TEST_CASE("a page over all topics needs the latest write to any book", "[frontend][coherence]") {
    Registered registered;
    Query page;
    page.shape = Query::Shape::page;
    const auto sent = registered.one.ticket(page);
    REQUIRE(registered.announce(11, "item/3").has_value());
    CHECK(registered.one.ticket(page).fence == 11);
    CHECK_FALSE(registered.one.covers(sent, page));
}

TEST_CASE("an invalidation that overtakes the registration is not undone by it", "[frontend][coherence]") {
    Coherence one({0, session}, {}, seconds(1));
    REQUIRE(one.invalidate({5, 11, session, {"item/3"}}).has_value());
    REQUIRE(one.granted(grant_in_term(5, 10), start, start));
    CHECK(one.ticket(lookup(3)).fence == 11);
    CHECK_FALSE(one.fill("lookup/3", one.ticket(lookup(3)), answer(10, {"item/3"}), start));
}

TEST_CASE("what an older leader announced in vain is not waited for under a new one",
          "[frontend][coherence]") {
    Registered registered;
    REQUIRE(registered.announce(1'000, "item/3").has_value());
    REQUIRE(registered.one.granted(grant_in_term(6, 12), start, start));
    CHECK(registered.one.ticket(lookup(3)).fence == 12);
    CHECK(registered.announce(1'001, "item/3", 5).has_value()); // acknowledged, to be rid of it
    CHECK(registered.one.ticket(lookup(3)).fence == 12);
}

TEST_CASE("a newer leader's announcement counts before its registration has arrived",
          "[frontend][coherence]") {
    Registered registered;
    REQUIRE(registered.fill_lookup(10));
    REQUIRE(registered.announce(20, "item/3", 6).has_value());
    CHECK(registered.one.hit("lookup/3") == nullptr);
    REQUIRE(registered.one.granted(grant_in_term(6, 19), start, start));
    CHECK(registered.one.ticket(lookup(3)).fence == 20);
}

TEST_CASE("an announcement for another life of this frontend is refused", "[frontend][coherence]") {
    Registered registered;
    REQUIRE(registered.fill_lookup(10));
    const auto refused = registered.one.invalidate({5, 11, session + 1, {"item/3"}});
    REQUIRE(refused.has_error());
    CHECK(refused.error() == base::Errc::not_ready);
    CHECK(registered.one.hit("lookup/3") != nullptr);
}

TEST_CASE("dropping by hand leaves the fence where it is", "[frontend][coherence]") {
    Registered registered;
    REQUIRE(registered.fill_lookup(10));
    registered.one.drop("item/3");
    CHECK(registered.one.hit("lookup/3") == nullptr);
    CHECK(registered.one.ticket(lookup(3)).fence == 10);
}
