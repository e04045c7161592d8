#include <catch2/catch.hpp>

#include <bookstore/cluster/lease.hpp>

namespace bookstore::cluster {
namespace {

using base::milliseconds;
using base::TimePoint;

constexpr FrontendSession f0{0, 100}, f1{1, 200}, f0_again{0, 101};
constexpr TimePoint at(int ms) {
    return TimePoint{} + milliseconds(10'000 + ms);
}
constexpr TimePoint for_ever = at(1'000'000);

/// Two frontends, leases of 1,000 ms, a margin of 30 ms; leads term 5 from at(0) on.
struct Fixture {
    Fixture() { table.lead(5, at(0)); }

    /// Leads on its own: no predecessor's lease is left. Ends at at(1'100).
    void outwait_predecessors() { REQUIRE(table.may_propose(at(1'100))); }

    LeaseTable table{2, milliseconds(1'000), milliseconds(30)};
};
using Sessions = std::vector<FrontendSession>;

TEST_CASE_METHOD(Fixture, "a grant names the term, the fence and the time", "[cluster][lease]") {
    const auto grant = table.ask(f0, 0, 42, at(10), for_ever);
    REQUIRE(grant.has_value());
    CHECK(grant->term == 5);
    CHECK(grant->fence == 42);
    CHECK(grant->duration == milliseconds(1'000));
    CHECK(table.live(at(10)) == 1);
}

TEST_CASE_METHOD(Fixture, "what holders have is distrusted with their next grant, and holds up no write",
                 "[cluster][lease]") {
    outwait_predecessors();
    const auto before = table.ask(f0, 0, 42, at(1'110), for_ever);
    table.distrust();
    CHECK(table.may_propose(at(1'120)));
    const auto after = table.ask(f0, 5, 42, at(1'130), for_ever);
    REQUIRE((before && after));
    CHECK(after->epoch > before->epoch);
    CHECK(table.ask(f0, 5, 42, at(1'140), for_ever)->epoch == after->epoch);
}

TEST_CASE_METHOD(Fixture, "nothing is granted at or beyond the leader's authority", "[cluster][lease]") {
    CHECK(table.ask(f0, 0, 1, at(99), at(100)).has_value());
    CHECK_FALSE(table.ask(f0, 5, 1, at(100), at(100)).has_value());
    CHECK_FALSE(table.ask(f1, 0, 1, at(101), at(100)).has_value());
    CHECK(table.live(at(101)) == 1);
    CHECK(table.live(at(1'128)) == 1); // what was refused has not prolonged it
    CHECK(table.live(at(1'129)) == 0);
}

TEST_CASE_METHOD(Fixture, "nothing is granted by who does not lead, or to who is not configured",
                 "[cluster][lease]") {
    CHECK_FALSE(table.ask({2, 300}, 0, 1, at(1), for_ever).has_value());
    CHECK_FALSE(table.ask(f0, 6, 1, at(1), for_ever).has_value()); // registered with a later leader
    table.step_down();
    CHECK_FALSE(table.leading());
    CHECK_FALSE(table.ask(f0, 5, 1, at(1), for_ever).has_value());
    CHECK_FALSE(table.may_propose(at(5'000)));
}

TEST_CASE_METHOD(Fixture, "a new leader waits for its predecessors' leases", "[cluster][lease]") {
    CHECK_FALSE(table.may_propose(at(0)));
    CHECK(table.latest_wait(at(0)) == at(1'030));
    CHECK_FALSE(table.may_propose(at(1'029)));
    CHECK(table.may_propose(at(1'030)));
}

TEST_CASE_METHOD(Fixture, "or until every configured frontend has registered", "[cluster][lease]") {
    table.ask(f0, 4, 1, at(10), for_ever);
    table.ask(f0_again, 0, 1, at(11), for_ever);
    CHECK_FALSE(table.may_propose(at(12))); // two sessions of one frontend are one
    table.ask(f1, 4, 1, at(20), for_ever);
    CHECK(table.may_propose(at(20)));
    CHECK(table.begin(2, at(20)) == Sessions{f0, f0_again, f1});
    CHECK_FALSE(table.may_propose(at(20)));
}

TEST_CASE_METHOD(Fixture, "that all have registered does not wear off when their leases run out",
                 "[cluster][lease]") {
    table.ask(f0, 0, 1, at(0), for_ever);
    table.ask(f1, 0, 1, at(1), for_ever);
    CHECK(table.begin(2, at(1'029)) == Sessions{f0, f1});
    table.end();
    CHECK(table.begin(2, at(1'030)) == Sessions{f1});
    table.end();
    CHECK(table.begin(2, at(1'031)).empty());
    CHECK(table.may_propose(at(1'031)));
}

TEST_CASE_METHOD(Fixture, "a batch waits for every acknowledgement", "[cluster][lease]") {
    outwait_predecessors();
    table.ask(f0, 0, 1, at(1'100), for_ever);
    table.ask(f1, 0, 1, at(1'100), for_ever);
    CHECK(table.begin(2, at(1'200)) == Sessions{f0, f1});
    table.acknowledge(f0, 5, 2);
    CHECK(table.waiting(at(1'200)) == Sessions{f1});
    CHECK_FALSE(table.may_propose(at(1'200)));
    table.acknowledge(f1, 5, 2);
    CHECK(table.may_propose(at(1'200)));
    CHECK(table.latest_wait(at(1'200)) == at(1'200));
    table.end();
    CHECK(table.begin(3, at(1'201)) == Sessions{f0, f1}); // each batch anew
    CHECK_FALSE(table.may_propose(at(1'201)));
}

TEST_CASE_METHOD(Fixture, "or until the lease has run out, with the margin", "[cluster][lease]") {
    outwait_predecessors();
    table.ask(f0, 0, 1, at(1'100), for_ever);
    table.begin(2, at(1'200));
    CHECK(table.latest_wait(at(1'200)) == at(2'130));
    CHECK_FALSE(table.may_propose(at(2'129)));
    CHECK(table.may_propose(at(2'130)));
    CHECK(table.waiting(at(2'130)).empty());
}

TEST_CASE_METHOD(Fixture, "who asks and asks but never acknowledges delays a write by one lease at most",
                 "[cluster][lease]") {
    // A frontend whose port refuses the leader's stream while its own streams to the leader are fine.
    outwait_predecessors();
    table.ask(f0, 0, 1, at(1'100), for_ever);
    table.begin(2, at(1'200));
    for (int ms = 1'300; ms < 2'200; ms += 100) {
        const auto grant = table.ask(f0, 5, 2, at(ms), for_ever);
        REQUIRE(grant.has_value());
        CHECK(at(ms) + grant->duration == at(2'200));
        CHECK(table.latest_wait(at(ms)) == at(2'230));
        CHECK(table.waiting(at(ms)) == Sessions{f0}); // a renewal is no acknowledgement
    }
    CHECK(table.may_propose(at(2'230)));
}

TEST_CASE_METHOD(Fixture, "an ask as if new, from who is known, is no acknowledgement", "[cluster][lease]") {
    // It may have been long on its way, and its sender have cached under a later grant since.
    outwait_predecessors();
    table.ask(f0, 0, 1, at(1'100), for_ever);
    table.begin(2, at(1'200));
    const auto grant = table.ask(f0, 0, 1, at(1'300), for_ever);
    REQUIRE(grant.has_value());
    CHECK(grant->fence == 2); // the announced index, whatever the caller says
    CHECK_FALSE(table.may_propose(at(1'300)));
}

TEST_CASE_METHOD(Fixture, "who comes while a batch is announced has nothing to acknowledge",
                 "[cluster][lease]") {
    outwait_predecessors();
    table.begin(2, at(1'200));
    CHECK(table.ask(f0, 0, 2, at(1'300), for_ever)->fence == 2);
    CHECK(table.may_propose(at(1'300)));
}

TEST_CASE_METHOD(Fixture, "unless it may still believe in a predecessor's lease", "[cluster][lease]") {
    table.begin(2, at(100));
    table.ask(f0, 4, 2, at(200), for_ever);
    table.ask(f1, 4, 2, at(200), for_ever);
    CHECK(table.waiting(at(200)) == Sessions{f0, f1});
    CHECK_FALSE(table.may_propose(at(200)));
    table.acknowledge(f0, 5, 2);
    table.acknowledge(f1, 5, 2);
    CHECK(table.may_propose(at(200)));
}

TEST_CASE_METHOD(Fixture, "a restart does not erase the lease of the session before it", "[cluster][lease]") {
    outwait_predecessors();
    table.ask(f0, 0, 1, at(1'100), for_ever);
    table.ask(f0_again, 0, 1, at(1'200), for_ever);
    CHECK(table.live(at(1'200)) == 2);
    CHECK(table.begin(2, at(1'300)) == Sessions{f0, f0_again});
    table.acknowledge(f0_again, 5, 2);
    CHECK_FALSE(table.may_propose(at(2'129)));
    CHECK(table.may_propose(at(2'130)));
}

TEST_CASE_METHOD(Fixture, "acknowledgements of another term, index or session count for nothing",
                 "[cluster][lease]") {
    outwait_predecessors();
    table.ask(f0, 0, 1, at(1'100), for_ever);
    table.begin(3, at(1'200));
    table.acknowledge(f0, 4, 3);
    table.acknowledge(f0, 5, 2);
    table.acknowledge(f0_again, 5, 3);
    CHECK_FALSE(table.may_propose(at(1'200)));
}

TEST_CASE_METHOD(Fixture, "leading again forgets who was registered before", "[cluster][lease]") {
    outwait_predecessors();
    table.ask(f0, 0, 1, at(1'100), for_ever);
    table.step_down();
    table.lead(7, at(1'150));
    CHECK(table.term() == 7);
    CHECK(table.live(at(1'150)) == 0);
    CHECK(table.latest_wait(at(1'150)) == at(2'180));
}

} // namespace
} // namespace bookstore::cluster
