#include <catch2/catch.hpp>

#include <bookstore/cluster/health.hpp>

namespace bookstore::cluster {
namespace {

const Report ready{.ready = true, .leader = false, .version = 7, .digest = 9};
const Report behind{.ready = false, .leader = false, .version = 3, .digest = 1};

TEST_CASE("rise good answers in a row make a replica up", "[cluster][health]") {
    HealthJudge judge(2, 3);
    CHECK(judge.state() == ReplicaState::down);
    CHECK_FALSE(judge.last_seen().has_value());
    judge.answered(ready, base::WallTime{1});
    CHECK(judge.state() == ReplicaState::down);
    judge.missed();
    judge.answered(ready, base::WallTime{2});
    CHECK(judge.state() == ReplicaState::down);
    judge.answered(ready, base::WallTime{3});
    CHECK(judge.state() == ReplicaState::up);
    CHECK(judge.last_seen() == base::WallTime{3});
    CHECK(judge.last().version == 7);
}

TEST_CASE("fall missing answers in a row make it down", "[cluster][health]") {
    HealthJudge judge(1, 2);
    judge.answered(ready, base::WallTime{1});
    judge.missed();
    judge.answered(ready, base::WallTime{2});
    judge.missed();
    CHECK(judge.state() == ReplicaState::up);
    judge.missed();
    CHECK(judge.state() == ReplicaState::down);
    CHECK(judge.last_seen() == base::WallTime{2});
}

TEST_CASE("one refused connection makes it down at once", "[cluster][health]") {
    HealthJudge judge(1, 5);
    judge.answered(ready, base::WallTime{1});
    judge.refused();
    CHECK(judge.state() == ReplicaState::down);
    judge.answered(ready, base::WallTime{2});
    judge.missed();
    CHECK(judge.state() == ReplicaState::up); // the refusal is forgotten
}

TEST_CASE("up but not ready is resyncing", "[cluster][health]") {
    HealthJudge judge(1, 1);
    judge.answered(behind, base::WallTime{1});
    CHECK(judge.state() == ReplicaState::resyncing);
    judge.answered(ready, base::WallTime{2});
    CHECK(judge.state() == ReplicaState::up);
}

TEST_CASE("crashed means seen down and not resynchronised since", "[cluster][health]") {
    HealthJudge judge(1, 2);
    judge.refused();
    CHECK_FALSE(judge.crashed()); // it has not been there yet
    judge.answered(ready, base::WallTime{1});
    CHECK_FALSE(judge.crashed());
    judge.missed();
    CHECK_FALSE(judge.crashed()); // not down yet
    judge.missed();
    CHECK(judge.crashed());
    judge.answered(behind, base::WallTime{2});
    CHECK(judge.crashed());
    judge.answered(ready, base::WallTime{3});
    CHECK_FALSE(judge.crashed());
}

} // namespace
} // namespace bookstore::cluster
