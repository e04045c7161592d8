#include <catch2/catch.hpp>

#include "consensus/progress.hpp"

using namespace bookstore::consensus;

namespace {

Progress replicating(std::uint64_t match) {
    Progress member;
    member.probe_from(LogIndex{match + 1}, 0);
    member.acknowledged(LogIndex{match}, true);
    return member;
}

} // namespace

TEST_CASE("a probe is sent once and moves nothing before its answer", "[progress]") {
    Progress member;
    member.next = LogIndex{5};
    CHECK(member.has_room(4));
    member.sent(LogIndex{9});
    CHECK(member.next == LogIndex{5});
    CHECK_FALSE(member.has_room(4));
    member.acknowledged(LogIndex{9}, true);
    CHECK(member.mode == Progress::Mode::replicate);
    CHECK(member.match == LogIndex{9});
    CHECK(member.next == LogIndex{10});
}

TEST_CASE("a pipeline is as deep as allowed and drains by index", "[progress]") {
    auto member = replicating(4);
    member.sent(LogIndex{5});
    member.sent(LogIndex{8});
    CHECK(member.next == LogIndex{9});
    CHECK_FALSE(member.has_room(2));
    member.acknowledged(LogIndex{6}, true);
    CHECK(member.in_flight.size() == 1);
    CHECK(member.has_room(2));
    member.acknowledged(LogIndex{5}, true); // late, and no news
    CHECK(member.match == LogIndex{6});
    member.acknowledged(LogIndex{8}, true);
    CHECK(member.in_flight.empty());
}

TEST_CASE("going back to probing never goes below what is known to be there", "[progress]") {
    auto member = replicating(4);
    member.sent(LogIndex{7});
    member.probe_from(LogIndex{2}, 17);
    CHECK(member.mode == Progress::Mode::probe);
    CHECK(member.next == LogIndex{5});
    CHECK(member.restarted == 17);
    CHECK(member.in_flight.empty());
}

TEST_CASE("an answer to an earlier attempt is news of the log, not of where it parts", "[progress]") {
    auto member = replicating(4);
    member.probe_from(LogIndex{9}, 17);
    member.acknowledged(LogIndex{6}, false);
    CHECK(member.match == LogIndex{6});
    CHECK(member.mode == Progress::Mode::probe);
}

TEST_CASE("nothing is sent to a member that waits for a snapshot", "[progress]") {
    auto member = replicating(4);
    member.begin_snapshot();
    CHECK_FALSE(member.has_room(4));
    member.acknowledged(LogIndex{4}, true);
    CHECK(member.mode == Progress::Mode::snapshot);
}
