// A disk that fills up: foreseen, refused early, handed over, and over by itself.
#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using Catch::Contains;
using replication::Phase;

namespace {

constexpr std::uint64_t mebibyte = 1u << 20;

struct Filling : ReplicaGroup {
    explicit Filling(unsigned count = 3) : ReplicaGroup(count) {
        start_all();
        REQUIRE(run_until_all_serve());
        first = *leader();
        REQUIRE(add(first, "a"));
    }
    void leave(unsigned slot, std::uint64_t free_mb) {
        (*this)[slot].disks.space.free_bytes = free_mb * mebibyte;
    }
    void leave_all(std::uint64_t free_mb) {
        for (unsigned slot = 0; slot < options.members.size(); ++slot)
            leave(slot, free_mb);
    }
    bool is_short(unsigned slot) { return !engine(slot).status().shortage.empty(); }
    bool run_until_short(unsigned slot) {
        return run([this, slot] { return is_short(slot); });
    }
    unsigned after_first(unsigned steps) const {
        return (first + steps) % static_cast<unsigned>(options.members.size());
    }
    unsigned first = 0;
};

} // namespace

TEST_CASE("a leader without room hands over to a replica that has some") {
    Filling group;
    group.leave(group.first, 40);
    // Until it has handed over nobody is told that there is no room: another will have some.
    REQUIRE(group.run([&] {
        const auto outcome =
            group.leader() == group.first ? group.add(group.first, "b") : base::Errc::not_leader;
        CHECK((outcome || outcome.error() == base::Errc::not_leader ||
               base::outcome_is_unknown(outcome.error())));
        return group.leader().has_value() && group.leader() != group.first;
    }));
    const auto next = *group.leader();
    CHECK(group.add(next, "a")->outcome == "2");
    // It is a member as before: it follows, serves, and holds what is written.
    REQUIRE(group.run_until_short(group.first));
    CHECK_THAT(group.engine(group.first).status().shortage, Contains("MiB"));
    REQUIRE(group.run_until_serving(group.first));
    CHECK(group.run_until_applied(group.first, group.engine(next).applied()));
}

TEST_CASE("a leader tries the others until one has room") {
    Filling group;
    group.leave_all(40);
    group.leave(group.after_first(2), 1'000);
    REQUIRE(group.run([&] { return group.leader() == group.after_first(2); }));
    CHECK(group.add(group.after_first(2), "a"));
}

TEST_CASE("where nobody has room writes are refused at once, reads go on, and it passes by itself") {
    Filling group;
    group.leave_all(40);
    for (unsigned slot = 0; slot < 3; ++slot)
        REQUIRE(group.run_until_short(slot));
    group.scheduler.run_for(base::seconds(1)); // nobody took over
    const auto before = group.scheduler.now();
    CHECK(group.add(group.first, "a").error() == base::Errc::overloaded);
    CHECK(group.add_anywhere(group.after_first(1), "a").error() == base::Errc::overloaded);
    CHECK(group.scheduler.now() - before < base::milliseconds(100));
    CHECK(group.read(group.first));
    CHECK(group.read(group.after_first(1)));
    CHECK(group.engine(group.first).status().phase == Phase::serving);
    group.scheduler.run_for(base::seconds(30));
    CHECK(group.leader() == group.first); // who has no room does not take over

    group.leave_all(70); // above the reserve, but not by a quarter
    group.scheduler.run_for(base::seconds(3));
    CHECK(group.add(group.first, "a").error() == base::Errc::overloaded);
    group.leave_all(100);
    REQUIRE(group.run([&] { return !group.is_short(group.first); }));
    CHECK(group.add(group.first, "a")->outcome == "2"); // nothing that was refused has been done
}

TEST_CASE("a follower whose disk is all but full writes nothing, and catches up when there is room") {
    Filling group;
    const auto full = group.after_first(1);
    group.leave(full, 10);
    REQUIRE(group.run_until_short(full));
    const auto held = group.engine(full).applied();
    std::uint64_t last = 0;
    for (int i = 0; i < 50; ++i) {
        const auto added = group.add(group.first, "a");
        REQUIRE(added);
        last = added->version;
    }
    group.scheduler.run_for(base::seconds(2));
    CHECK(group.engine(full).applied() == held);
    CHECK(group.engine(full).status().phase == Phase::resyncing);
    CHECK_THAT(group.engine(full).status().reason, Contains("the disk is nearly full"));
    CHECK(group.leader() == group.first);

    group.leave(full, 1'000);
    REQUIRE(group.run_until_applied(full, last));
    REQUIRE(group.run_until_serving(full));
    CHECK(group.machine(full).value("a") == 51);
}

TEST_CASE("a follower with little room left takes what the leader has accepted") {
    Filling group;
    const auto low = group.after_first(1);
    group.leave(low, 40);
    REQUIRE(group.run_until_short(low));
    const auto added = group.add(group.first, "a");
    REQUIRE(added);
    CHECK(group.run_until_applied(low, added->version));
    CHECK(group.engine(low).status().phase == Phase::serving);
}

TEST_CASE("the reserve of a small disk is a twentieth of it") {
    Filling group(1);
    group[0].disks.space = {30 * mebibyte, 200 * mebibyte};
    group.scheduler.run_for(base::seconds(3));
    CHECK(group.add(0, "a"));
    group[0].disks.space.free_bytes = 9 * mebibyte;
    REQUIRE(group.run_until_short(0));
    CHECK(group.add(0, "a").error() == base::Errc::overloaded);
}
