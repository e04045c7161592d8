// Contents that differ though the log is the same: found, fenced, put right.
#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using Catch::Contains;
using replication::Phase;

namespace {

struct Corruption : ReplicaGroup {
    explicit Corruption(unsigned count = 3) : ReplicaGroup(count) {
        start_all();
        REQUIRE(run_until_all_serve());
        REQUIRE(add(*leader(), "a"));
        first = *leader();
        other = (first + 1) % count;
        REQUIRE(run_until_stored());
    }

    /// A bit that flipped in memory, or a row on a disk that lied.
    void corrupt(unsigned slot) { (*this)[slot].process->machine.load(0, {"a", std::int64_t{1'000}}); }

    bool run_until_fenced(unsigned slot) {
        return run([this, slot] { return engine(slot).status().reason.find("differ") != std::string::npos; });
    }

    void check_equal() {
        const auto last = [this] {
            base::result<replication::Applied> answer = base::Errc::not_ready;
            REQUIRE(run([&] { return (answer = add(leader().value_or(first), "a")).has_value(); }));
            return *answer;
        }();
        CHECK(last.outcome == "2");
        for (unsigned slot = 0; slot < 3; ++slot) {
            REQUIRE(run_until_serving(slot));
            REQUIRE(run_until_applied(slot, last.version));
            CHECK(machine(slot).value("a") == 2);
            CHECK(engine(slot).status().digest == engine(*leader()).status().digest);
            CHECK(engine(slot).status().voter);
        }
    }

    unsigned first = 0;
    unsigned other = 0;
};

} // namespace

TEST_CASE("a follower whose contents differ is fenced, and rebuilt") {
    Corruption group;
    group.corrupt(group.other);
    REQUIRE(group.add(group.first, "b"));
    REQUIRE(group.run_until_fenced(group.other));
    CHECK(group.engine(group.other).status().phase == Phase::resyncing);
    CHECK(group.read(group.other).error() == base::Errc::not_ready);
    REQUIRE(group.run_until_serving(group.other));
    CHECK(group.leader() == group.first); // nobody else was disturbed
    group.check_equal();
}

TEST_CASE("a leader whose contents differ hands over, and is rebuilt") {
    Corruption group;
    group.corrupt(group.first);
    REQUIRE(group.add(group.first, "b"));
    REQUIRE(group.run_until_leader(group.first));
    REQUIRE(group.run_until_serving(group.first));
    group.check_equal();
}

TEST_CASE("what was wrong in memory and so came to a disk is found when it is loaded, with no write") {
    Corruption group;
    group.scheduler.run_for(base::seconds(1));
    group.crash(group.other);
    group[group.other].disks.state.written.set({0, "a"}, {"a", std::int64_t{1'000}});
    group.start(group.other);
    REQUIRE(group.run_until_fenced(group.other));
    group.check_equal();
}

TEST_CASE("where no majority can say who is right nobody is fenced") {
    Corruption group;
    group.crash((group.other + 1) % 3);
    group.corrupt(group.other);
    REQUIRE(group.add(group.first, "b"));
    group.scheduler.run_for(base::seconds(10));
    CHECK(group.engine(group.first).status().phase == Phase::serving);
    CHECK(group.engine(group.other).status().phase == Phase::serving);
    group.start((group.other + 1) % 3);
    REQUIRE(group.run_until_fenced(group.other)); // now there is one
    group.check_equal();
}

TEST_CASE("contents that differ under load are rebuilt while more is written") {
    Corruption group;
    group.corrupt(group.other);
    for (int i = 0; i < 400; ++i) {
        REQUIRE(group.add(group.first, "b"));
        group.scheduler.run_for(base::milliseconds(5));
    }
    REQUIRE(group.run_until_serving(group.other));
    group.check_equal();
}
