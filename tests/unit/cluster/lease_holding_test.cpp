#include <catch2/catch.hpp>

#include <bookstore/cluster/lease.hpp>

namespace bookstore::cluster {
namespace {

using base::milliseconds;
using base::TimePoint;

constexpr TimePoint at(int ms) {
    return TimePoint{} + milliseconds(10'000 + ms);
}
constexpr LeaseGrant grant_of(std::uint64_t term) {
    return {term, 7, milliseconds(1'000)};
}

TEST_CASE("a lease counts from before it was asked for", "[cluster][lease]") {
    LeaseHolding holding;
    CHECK_FALSE(holding.live(at(0)));
    CHECK(holding.known_term() == 0);
    CHECK(holding.granted(grant_of(5), at(0), at(400)));
    CHECK(holding.known_term() == 5);
    CHECK(holding.until() == at(1'000));
    CHECK(holding.live(at(999)));
    CHECK_FALSE(holding.live(at(1'000)));
}

TEST_CASE("a renewal prolongs and is no new registration", "[cluster][lease]") {
    LeaseHolding holding;
    holding.granted(grant_of(5), at(0), at(10));
    CHECK_FALSE(holding.granted(grant_of(5), at(250), at(260)));
    CHECK(holding.until() == at(1'250));
    CHECK_FALSE(holding.granted(grant_of(5), at(100), at(270))); // overtaken by the other
    CHECK(holding.until() == at(1'250));
}

TEST_CASE("a later epoch is a new registration in the same term, an earlier one that comes late is not",
          "[cluster][lease]") {
    LeaseHolding holding;
    auto later = grant_of(5);
    later.epoch = 1;
    holding.granted(grant_of(5), at(0), at(10));
    CHECK(holding.granted(later, at(250), at(260)));
    CHECK(holding.live(at(1'249)));
    CHECK_FALSE(holding.granted(later, at(300), at(310)));
    CHECK_FALSE(holding.granted(grant_of(5), at(100), at(320)));
    CHECK_FALSE(holding.granted(later, at(400), at(410)));
    CHECK(holding.granted(grant_of(6), at(500), at(510))); // another leader counts anew
}

TEST_CASE("a grant that has run out on the way is nothing", "[cluster][lease]") {
    LeaseHolding holding;
    CHECK_FALSE(holding.granted(grant_of(5), at(0), at(1'000)));
    CHECK_FALSE(holding.live(at(1'000)));
    CHECK(holding.known_term() == 0);
}

TEST_CASE("another leader's grant is a new registration", "[cluster][lease]") {
    LeaseHolding holding;
    holding.granted(grant_of(5), at(0), at(10));
    CHECK(holding.granted(grant_of(6), at(20), at(30)));
    CHECK(holding.known_term() == 6);
}

TEST_CASE("a deposed leader's grant is nothing, even to who is registered nowhere", "[cluster][lease]") {
    LeaseHolding holding;
    holding.granted(grant_of(6), at(0), at(10));
    CHECK_FALSE(holding.granted(grant_of(5), at(20), at(30)));
    CHECK(holding.known_term() == 6);
    holding.lost();
    CHECK_FALSE(holding.granted(grant_of(5), at(20), at(40)));
    CHECK_FALSE(holding.live(at(40)));
}

TEST_CASE("after a lapse, or a loss, the same leader's grant is a new registration", "[cluster][lease]") {
    LeaseHolding holding;
    holding.granted(grant_of(5), at(0), at(10)); // until 1000
    CHECK(holding.granted(grant_of(5), at(900), at(1'000)));
    CHECK(holding.until() == at(1'900));
    holding.lost();
    CHECK_FALSE(holding.live(at(1'001)));
    CHECK(holding.known_term() == 0);
    CHECK(holding.granted(grant_of(5), at(901), at(1'002)));
    CHECK(holding.live(at(1'002)));
}

} // namespace
} // namespace bookstore::cluster
