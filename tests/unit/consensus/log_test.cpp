#include <catch2/catch.hpp>

#include "consensus/log.hpp"
#include "unit/consensus/entries.hpp"

using namespace bookstore::consensus;

TEST_CASE("an empty log ends at its base", "[log]") {
    const Log fresh({}, {}, {});
    CHECK(fresh.last_index() == LogIndex{0});
    CHECK(fresh.term_at(LogIndex{0}) == Term{0});
    CHECK_FALSE(fresh.term_at(LogIndex{1}));

    const Log compacted(LogIndex{7}, Term{3}, {});
    CHECK(compacted.last_index() == LogIndex{7});
    CHECK(compacted.last_term() == Term{3});
    CHECK(compacted.term_at(LogIndex{7}) == Term{3});
    CHECK_FALSE(compacted.term_at(LogIndex{6}));
}

TEST_CASE("append, truncate and compact keep indexes, terms and bytes", "[log]") {
    Log log({}, {}, entries(1, {1, 1, 2}));
    log.append(entry(4, 3, "four"));
    CHECK(log.last_index() == LogIndex{4});
    CHECK(log.bytes() == 7);

    log.compact_to(LogIndex{2});
    CHECK(log.base() == LogIndex{2});
    CHECK(log.term_at(LogIndex{2}) == Term{1});
    CHECK_FALSE(log.term_at(LogIndex{1}));
    CHECK(log.term_at(LogIndex{4}) == Term{3});
    CHECK(log.bytes() == 5);

    log.truncate_from(LogIndex{4});
    CHECK(log.last_index() == LogIndex{3});
    CHECK(log.last_term() == Term{2});
    CHECK(log.bytes() == 1);

    log.compact_to(LogIndex{3});
    CHECK(log.last_term() == Term{2});
    CHECK(log.bytes() == 0);

    log.restart_at(LogIndex{9}, Term{5});
    CHECK(log.last_index() == LogIndex{9});
    CHECK(log.last_term() == Term{5});
}

TEST_CASE("what is compacted is held, whatever its term", "[log]") {
    const Log log(LogIndex{2}, Term{1}, entries(3, {2}));
    CHECK(log.holds(LogIndex{1}, Term{9}));
    CHECK(log.holds(LogIndex{2}, Term{1}));
    CHECK_FALSE(log.holds(LogIndex{2}, Term{2}));
    CHECK(log.holds(LogIndex{3}, Term{2}));
    CHECK_FALSE(log.holds(LogIndex{4}, Term{2}));
}

TEST_CASE("logs are compared by last term, then by length", "[log]") {
    const Log log({}, {}, entries(1, {1, 2}));
    CHECK(log.not_ahead_of(LogIndex{2}, Term{2}));
    CHECK(log.not_ahead_of(LogIndex{1}, Term{3}));
    CHECK_FALSE(log.not_ahead_of(LogIndex{1}, Term{2}));
    CHECK_FALSE(log.not_ahead_of(LogIndex{9}, Term{1}));
}

TEST_CASE("the last agreeable index skips whole terms", "[log]") {
    const Log log(LogIndex{2}, Term{2}, entries(3, {4, 4, 6, 6}));
    CHECK(log.last_agreeable(LogIndex{9}, Term{9}) == LogIndex{6});
    CHECK(log.last_agreeable(LogIndex{5}, Term{9}) == LogIndex{5});
    CHECK(log.last_agreeable(LogIndex{6}, Term{5}) == LogIndex{4});
    CHECK(log.last_agreeable(LogIndex{6}, Term{3}) == LogIndex{2});
    CHECK(log.last_agreeable(LogIndex{6}, Term{1}) == LogIndex{1}); // below the base: only a snapshot helps
    CHECK(log.last_agreeable(LogIndex{0}, Term{0}) == LogIndex{0});
}

TEST_CASE("a slice has at least one entry and else keeps to its bytes", "[log]") {
    Log log({}, {}, {});
    for (std::uint64_t index = 1; index <= 4; ++index)
        log.append(entry(index, 1, std::string(10, 'x')));
    CHECK(log.slice(LogIndex{2}, LogIndex{4}, 1).size() == 1);
    CHECK(log.slice(LogIndex{2}, LogIndex{4}, 20).size() == 2);
    CHECK(log.slice(LogIndex{2}, LogIndex{4}, 29).size() == 2);
    CHECK(log.slice(LogIndex{2}, LogIndex{4}, 1'000).size() == 3);
    CHECK(log.slice(LogIndex{2}, LogIndex{4}, 1'000).front().index == LogIndex{2});
}
