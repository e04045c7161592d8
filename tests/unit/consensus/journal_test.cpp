#include <catch2/catch.hpp>

#include "consensus/journal.hpp"
#include "unit/consensus/entries.hpp"

using namespace bookstore;
using namespace bookstore::consensus;

namespace {
const base::TimePoint start{std::chrono::seconds(1)};
}

TEST_CASE("a step that changes nothing writes nothing", "[journal]") {
    Journal journal(LogIndex{0});
    CHECK_FALSE(journal.take(start));
    CHECK_FALSE(journal.waiting_since());
}

TEST_CASE("all changes of a step are one write", "[journal]") {
    Journal journal(LogIndex{5});
    journal.write(HardState{Term{2}, NodeId{1}});
    journal.truncate_from(LogIndex{4});
    journal.append(entry(4, 2));
    const auto step = journal.take(start);
    REQUIRE(step);
    CHECK(step->hard_state == HardState{Term{2}, NodeId{1}});
    CHECK(step->truncate_from == LogIndex{4});
    CHECK(step->append.size() == 1);
    CHECK_FALSE(journal.take(start));
}

TEST_CASE("an index is durable when the write that appended it is", "[journal]") {
    Journal journal(LogIndex{0});
    journal.append(entry(1, 1));
    const auto first = journal.take(start)->sequence;
    journal.append(entry(2, 1));
    const auto second = journal.take(start + std::chrono::seconds(1))->sequence;
    CHECK(journal.durable_index() == LogIndex{0});
    CHECK(journal.waiting_since() == start);
    journal.persisted(first);
    CHECK(journal.durable_index() == LogIndex{1});
    CHECK(journal.waiting_since() == start + std::chrono::seconds(1));
    journal.persisted(second);
    CHECK(journal.durable_index() == LogIndex{2});
    CHECK_FALSE(journal.waiting_since());
}

TEST_CASE("a write under way does not make durable what was truncated after it", "[journal]") {
    Journal journal(LogIndex{1});
    journal.append(entry(2, 1));
    journal.append(entry(3, 1));
    const auto first = journal.take(start)->sequence;
    journal.truncate_from(LogIndex{3});
    journal.append(entry(3, 2));
    const auto second = journal.take(start)->sequence;
    journal.persisted(first);
    CHECK(journal.durable_index() == LogIndex{2});
    journal.persisted(second);
    CHECK(journal.durable_index() == LogIndex{3});
}

TEST_CASE("truncating what is durable takes it back at once", "[journal]") {
    Journal journal(LogIndex{9});
    journal.truncate_from(LogIndex{4});
    CHECK(journal.durable_index() == LogIndex{3});
}

TEST_CASE("messages wait for what they rest on", "[journal]") {
    Journal journal(LogIndex{0});
    journal.write(HardState{Term{1}, NodeId{1}});
    journal.take(start);
    journal.append(entry(1, 1));
    journal.take(start);
    CHECK(journal.hard_state_sequence() == 1);
    CHECK(journal.log_sequence() == 2);
    CHECK(journal.is_durable(0));
    CHECK_FALSE(journal.is_durable(journal.hard_state_sequence()));
    journal.persisted(1);
    CHECK(journal.is_durable(journal.hard_state_sequence()));
    CHECK_FALSE(journal.is_durable(journal.log_sequence()));
}
