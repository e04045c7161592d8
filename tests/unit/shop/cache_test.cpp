#include <catch2/catch.hpp>

#include <bookstore/shop/cache.hpp>

namespace bookstore::shop {
namespace {

const Tag item3 = item_tag(ItemId{3});
const Tag item4 = item_tag(ItemId{4});
const Tag topic = topic_tag("gs");

CachedAnswer answer(std::uint64_t version, std::vector<Tag> tags, std::string body = "{}") {
    return {200, std::move(body), version, std::move(tags)};
}

TEST_CASE("what is filled is found until a tag of it is invalidated", "[shop][cache]") {
    Cache cache{CacheLimits{}};
    cache.reset(10);
    CHECK(cache.find("lookup/3") == nullptr);
    REQUIRE(cache.fill("lookup/3", cache.ticket({item3}), answer(10, {item3, topic}, "three")));
    REQUIRE(cache.fill("search/gs", cache.ticket({topic}), answer(12, {topic, item3, item4}, "all")));
    REQUIRE(cache.fill("lookup/4", cache.ticket({item4}), answer(12, {item4}, "four")));
    REQUIRE(cache.find("lookup/3") != nullptr);
    CHECK(cache.find("lookup/3")->body == "three");
    CHECK(cache.find("lookup/3")->version == 10);

    cache.invalidate(item3, 13);
    CHECK(cache.find("lookup/3") == nullptr);
    CHECK(cache.find("search/gs") == nullptr);
    CHECK(cache.find("lookup/4") != nullptr);
    cache.drop(topic);
    CHECK(cache.find("lookup/4") != nullptr);
    cache.drop(item4);
    CHECK(cache.find("lookup/4") == nullptr);

    const CacheFigures& figures = cache.figures();
    CHECK(figures.fills == 3);
    CHECK(figures.hits == 5);
    CHECK(figures.misses == 4);
    CHECK(figures.invalidations == 2);
    CHECK(figures.drops == 1);
    CHECK(figures.entries == 0);
    CHECK(figures.bytes == 0);
}

TEST_CASE("an entry is found by its names as long as it is kept", "[shop][cache]") {
    Cache cache{CacheLimits{}};
    cache.name("lookup/3", "/lookup?item=3"); // nothing is kept yet
    CHECK(cache.find_named("/lookup?item=3") == nullptr);
    REQUIRE(cache.fill("lookup/3", cache.ticket({item3}), answer(10, {item3}, "three")));
    CHECK(cache.find_named("/lookup?item=3") == nullptr);
    cache.name("lookup/3", "/lookup?item=3");
    cache.name("lookup/3", "/lookup?item=3");
    cache.name("lookup/3", "/lookup?item=3&a=b");
    REQUIRE(cache.find_named("/lookup?item=3") != nullptr);
    CHECK(cache.find_named("/lookup?item=3")->body == "three");
    CHECK(cache.find_named("/lookup?item=3&a=b") == cache.find("lookup/3"));
    CHECK(cache.find_named("lookup/3") == nullptr);
    CHECK(cache.figures().hits == 4);
    CHECK(cache.figures().misses == 0);

    SECTION("invalidated") {
        cache.invalidate(item3, 11);
    }
    SECTION("dropped") {
        cache.drop(item3);
    }
    SECTION("registered anew") {
        cache.reset(0);
    }
    SECTION("replaced") {
        REQUIRE(cache.fill("lookup/3", cache.ticket({item3}), answer(11, {item3}, "anew")));
        cache.invalidate(item4, 12);
    }
    CHECK(cache.find_named("/lookup?item=3") == nullptr);
    CHECK(cache.find_named("/lookup?item=3&a=b") == nullptr);
}

TEST_CASE("an entry has so many names, and they count as bytes", "[shop][cache]") {
    Cache cache{CacheLimits{.bytes_max = 6'000}};
    const auto name = [](std::size_t n) { return "/lookup?item=3&n=" + std::to_string(n); };
    REQUIRE(cache.fill("lookup/4", cache.ticket({item4}), answer(10, {item4})));
    REQUIRE(cache.fill("lookup/3", cache.ticket({item3}), answer(10, {item3})));
    const std::size_t bare = cache.figures().bytes;
    for (std::size_t n = 0; n < 100; ++n)
        cache.name("lookup/3", name(n));
    for (std::size_t n = 0; n < 100; ++n)
        CHECK((cache.find_named(name(n)) != nullptr) == (n >= 100 - Cache::names_max));
    CHECK(cache.figures().bytes > bare + Cache::names_max * name(0).size());
    cache.name("lookup/3", std::string(Cache::name_bytes_max + 1, 'x'));
    CHECK(cache.find_named(std::string(Cache::name_bytes_max + 1, 'x')) == nullptr);

    CHECK(cache.find("lookup/4") != nullptr);
}

TEST_CASE("names push out what was not used for longest", "[shop][cache]") {
    Cache cache{CacheLimits{.bytes_max = 5'000}};
    REQUIRE(cache.fill("lookup/4", cache.ticket({item4}), answer(10, {item4})));
    REQUIRE(cache.fill("lookup/3", cache.ticket({item3}), answer(10, {item3})));
    for (const std::string key : {"lookup/3", "lookup/4"})
        for (std::size_t n = 0; n < Cache::names_max; ++n)
            cache.name(key, key + std::string(500, static_cast<char>('a' + n)));
    CHECK(cache.figures().bytes <= 5'000);
    CHECK(cache.figures().evictions == 1);
    CHECK(cache.find("lookup/4") == nullptr);
    CHECK(cache.find("lookup/3") != nullptr);
}

TEST_CASE("a ticket asks for the highest fence among its tags", "[shop][cache]") {
    Cache cache{CacheLimits{}};
    cache.reset(10);
    CHECK(cache.ticket({}).fence == 10);
    CHECK(cache.ticket({item3}).fence == 10);
    cache.invalidate(item3, 20);
    cache.invalidate(topic, 15);
    CHECK(cache.ticket({item4}).fence == 10);
    CHECK(cache.ticket({item3}).fence == 20);
    CHECK(cache.ticket({topic, item3}).fence == 20);
    CHECK(cache.ticket({topic}).fence == 15);
    CHECK(cache.ticket({new_books_tag()}).fence == 20); // may show any book, item 3 too
    cache.invalidate(item3, 12);                        // late, and lower
    CHECK(cache.ticket({item3}).fence == 20);
}

TEST_CASE("a new book raises every fence and drops what shows which books there are", "[shop][cache]") {
    Cache cache{CacheLimits{}};
    cache.reset(10);
    REQUIRE(cache.fill("page/0", cache.ticket({new_books_tag()}), answer(10, {new_books_tag(), item3})));
    REQUIRE(cache.fill("lookup/3", cache.ticket({item3}), answer(10, {item3})));
    cache.invalidate(new_books_tag(), 11);
    CHECK(cache.find("page/0") == nullptr);
    CHECK(cache.find("lookup/3") != nullptr);
    CHECK(cache.ticket({item4}).fence == 11);
    CHECK(cache.base_fence() == 11);
}

TEST_CASE("a fill that was under way when its key was invalidated is not stored", "[shop][cache]") {
    Cache cache{CacheLimits{}};
    cache.reset(10);
    const Cache::Ticket ticket = cache.ticket({topic});

    SECTION("when the answer is older than the write") {
        cache.invalidate(topic, 11);
        CHECK_FALSE(cache.fill("search/gs", ticket, answer(10, {topic})));
        CHECK(cache.figures().fills_rejected == 1);
        CHECK(cache.find("search/gs") == nullptr);
    }
    SECTION("when a book that it turned out to show was written") {
        cache.invalidate(item3, 11);
        CHECK_FALSE(cache.fill("search/gs", ticket, answer(10, {topic, item3})));
    }
    SECTION("but is stored when it was read after the write") {
        cache.invalidate(topic, 11);
        CHECK(cache.fill("search/gs", ticket, answer(11, {topic})));
    }
    SECTION("and is stored when the write was of another key: fences are per tag") {
        cache.invalidate(item4, 11);
        CHECK(cache.fill("search/gs", ticket, answer(10, {topic, item3})));
    }
    SECTION("a drop moves no fence") {
        cache.drop(topic);
        CHECK(cache.fill("search/gs", ticket, answer(10, {topic})));
    }
}

TEST_CASE("a fill from before a registration is not stored", "[shop][cache]") {
    Cache cache{CacheLimits{}};
    cache.reset(10);
    const Cache::Ticket ticket = cache.ticket({item3});
    REQUIRE(cache.fill("lookup/4", cache.ticket({item4}), answer(10, {item4})));
    cache.reset(10);
    CHECK(cache.find("lookup/4") == nullptr);
    CHECK(cache.figures().drops == 1);
    CHECK_FALSE(cache.fill("lookup/3", ticket, answer(99, {item3})));
    CHECK(cache.fill("lookup/3", cache.ticket({item3}), answer(10, {item3})));
}

TEST_CASE("an answer below the fence it was asked for is not stored", "[shop][cache]") {
    Cache cache{CacheLimits{}};
    cache.reset(10);
    cache.invalidate(topic, 20);
    const Cache::Ticket ticket = cache.ticket({topic});
    CHECK_FALSE(cache.fill("search/gs", ticket, answer(19, {})));
    CHECK_FALSE(cache.fill("lookup/3", cache.ticket({item3}), answer(9, {item3})));
}

TEST_CASE("a registration starts the fences afresh, higher or lower", "[shop][cache]") {
    Cache cache{CacheLimits{}};
    cache.reset(10);
    cache.invalidate(item3, 50); // announced, and lost with its leader
    cache.reset(12);
    CHECK(cache.ticket({item3}).fence == 12);
    CHECK(cache.ticket({new_books_tag()}).fence == 12);
    CHECK(cache.base_fence() == 12);
}

TEST_CASE("of two answers under one key the newer is kept", "[shop][cache]") {
    Cache cache{CacheLimits{}};
    const Cache::Ticket ticket = cache.ticket({item3});
    REQUIRE(cache.fill("lookup/3", ticket, answer(5, {item3}, "five")));
    CHECK_FALSE(cache.fill("lookup/3", ticket, answer(4, {item3}, "four")));
    CHECK(cache.find("lookup/3")->body == "five");
    REQUIRE(cache.fill("lookup/3", ticket, answer(6, {item4}, "six")));
    CHECK(cache.find("lookup/3")->body == "six");
    CHECK(cache.figures().entries == 1);
    cache.invalidate(item3, 7); // the tag of the one that was replaced
    CHECK(cache.find("lookup/3") != nullptr);
}

TEST_CASE("the least recently used is evicted beyond entries_max", "[shop][cache]") {
    Cache cache{{.entries_max = 2}};
    const Cache::Ticket ticket = cache.ticket({});
    cache.fill("a", ticket, answer(1, {item3}));
    cache.fill("b", ticket, answer(1, {item3}));
    cache.find("a");
    cache.fill("c", ticket, answer(1, {item3}));
    CHECK(cache.find("a") != nullptr);
    CHECK(cache.find("b") == nullptr);
    CHECK(cache.find("c") != nullptr);
    CHECK(cache.figures().evictions == 1);
    cache.fill("a", ticket, answer(2, {item3})); // replaces, evicts nobody
    CHECK(cache.figures().evictions == 1);
    CHECK(cache.figures().entries == 2);
}

TEST_CASE("the least recently used are evicted beyond bytes_max", "[shop][cache]") {
    Cache cache{{.bytes_max = 64'000}};
    const Cache::Ticket ticket = cache.ticket({});
    for (int i = 0; i < 100; ++i) {
        REQUIRE(cache.fill("k" + std::to_string(i), ticket, answer(1, {item3}, std::string(5'000, 'x'))));
        REQUIRE(cache.figures().bytes <= 64'000);
    }
    CHECK(cache.figures().entries == 11);
    CHECK(cache.find("k99") != nullptr);
    CHECK(cache.find("k89") != nullptr);
    CHECK(cache.find("k88") == nullptr);

    // One as large as an eighth of all, and it goes alone.
    CHECK_FALSE(cache.fill("large", ticket, answer(1, {item3}, std::string(8'000, 'x'))));
    CHECK(cache.figures().entries == 11);
    cache.invalidate(item3, 2);
    CHECK(cache.figures().bytes == 0);
}

TEST_CASE("a cache of nothing keeps nothing", "[shop][cache]") {
    Cache no_entries{{.entries_max = 0}};
    Cache no_bytes{{.bytes_max = 0}};
    for (Cache* cache : {&no_entries, &no_bytes}) {
        CHECK_FALSE(cache->fill("a", cache->ticket({}), answer(1, {})));
        CHECK(cache->find("a") == nullptr);
    }
}

TEST_CASE("more fences than fences_max become one for all, never a lower one", "[shop][cache]") {
    Cache cache{{.fences_max = 3}};
    cache.reset(10);
    for (std::uint64_t i = 1; i <= 3; ++i)
        cache.invalidate(item_tag(ItemId{i}), 20 + i);
    CHECK(cache.base_fence() == 10);
    const Cache::Ticket before = cache.ticket({item4});
    cache.invalidate(item_tag(ItemId{1}), 30); // has one already
    CHECK(cache.base_fence() == 10);
    cache.invalidate(item4, 25);
    CHECK(cache.base_fence() == 30);
    CHECK(cache.ticket({item_tag(ItemId{1})}).fence == 30);
    CHECK(cache.ticket({item_tag(ItemId{9})}).fence == 30);
    CHECK_FALSE(cache.fill("lookup/9", before, answer(29, {item_tag(ItemId{9})})));

    cache.invalidate(item4, 31); // there is room again
    CHECK(cache.base_fence() == 30);
    CHECK(cache.ticket({item4}).fence == 31);
}

} // namespace
} // namespace bookstore::shop
