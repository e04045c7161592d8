#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;

namespace {

/// Remembers what it was told; lets a batch pass when the test says so.
class SlowGate final : public replication::Gate {
public:
    void leading(std::uint64_t term, std::uint64_t last_index) override {
        leads = true;
        led_term = term;
        led_from = last_index;
    }
    void not_leading() override { leads = false; }
    void prepare(const std::vector<std::string_view>& commands, std::uint64_t index,
                 std::function<void()> ready) override {
        CHECK(leads);
        CHECK_FALSE(pass);
        ++prepared;
        announced = index;
        batch.assign(commands.begin(), commands.end());
        if (open)
            ready();
        else
            pass = std::move(ready);
    }
    void contents_differed() override { ++differed; }
    void let_pass() { std::exchange(pass, nullptr)(); }

    bool open = false;
    bool leads = false;
    std::uint64_t led_term = 0;
    std::uint64_t led_from = 0;
    unsigned prepared = 0;
    unsigned differed = 0;
    std::uint64_t announced = 0;
    std::vector<std::string> batch;
    std::function<void()> pass;
};

struct GatedGroup {
    explicit GatedGroup(unsigned count) : gates(count), group(count) {
        for (unsigned slot = 0; slot < count; ++slot)
            group.start(slot, std::nullopt, &gates[slot]);
        REQUIRE(group.run_until_all_serve());
        leader = *group.leader();
    }
    SlowGate& gate() { return gates[leader]; }
    replication::Engine& engine() { return group.engine(leader); }

    std::vector<SlowGate> gates; ///< outlive their engines
    ReplicaGroup group;
    unsigned leader = 0;
};

} // namespace

TEST_CASE("the announced index is the one a batch gets") {
    GatedGroup story(3);
    CHECK(story.gate().led_term == story.engine().status().term);
    CHECK(story.gate().led_from == story.engine().status().last_index);

    const auto first = story.group.propose(story.leader, "a");
    const auto with_it = story.group.propose(story.leader, "b");
    REQUIRE(story.group.run([&] { return story.gate().pass != nullptr; }));
    CHECK(story.gate().batch == std::vector<std::string>{"a", "b"});
    const auto last = story.engine().status().last_index;
    CHECK(story.gate().announced == last + 1);
    CHECK(story.engine().announced_index() == last + 1);

    // What comes meanwhile gathers behind it, and nothing is appended.
    const auto later = story.group.propose(story.leader, "c");
    story.group.scheduler.run_for(base::seconds(1));
    CHECK(story.gate().prepared == 1);
    CHECK(story.engine().status().last_index == last);
    CHECK_FALSE(first->has_value());

    story.gate().let_pass();
    const auto outcome = story.group.wait(first);
    REQUIRE(outcome);
    CHECK(outcome->version == last + 1);
    CHECK(story.group.wait(with_it)->version == last + 1);
    REQUIRE(story.group.run([&] { return story.gate().pass != nullptr; }));
    story.gate().let_pass();
    CHECK(story.group.wait(later)->version == last + 2);
}

TEST_CASE("a gate may let a batch pass at once") {
    GatedGroup story(1);
    story.gate().open = true;
    CHECK(story.group.add(0, "a"));
    CHECK(story.group.add(0, "a"));
    CHECK(story.gate().prepared == 2);
}

TEST_CASE("a batch at the gate is refused when leadership is lost, and its passing has no effect") {
    GatedGroup story(3);
    const auto proposal = story.group.propose(story.leader, "a", base::seconds(30));
    REQUIRE(story.group.run([&] { return story.gate().pass != nullptr; }));
    story.group.isolate(story.leader);
    const auto outcome = story.group.wait(proposal);
    CHECK(outcome.error() == base::Errc::not_leader);
    CHECK_FALSE(story.gate().leads);
    CHECK(story.engine().announced_index() == story.engine().status().last_index);

    const auto last = story.engine().status().last_index;
    story.gate().let_pass();
    story.group.scheduler.run_for(base::milliseconds(100));
    CHECK(story.engine().status().last_index == last);

    // The next leader's gate was told, and has nothing of it.
    REQUIRE(story.group.run_until_leader(story.leader));
    const auto next = *story.group.leader();
    CHECK(story.gates[next].leads);
    story.gates[next].open = true;
    const auto added = story.group.add(next, "a");
    REQUIRE(added);
    CHECK(added->outcome == "1");
}

TEST_CASE("a gate that passes after its engine has gone does no harm") {
    GatedGroup story(1);
    const auto proposal = story.group.propose(0, "a");
    REQUIRE(story.group.run([&] { return story.gate().pass != nullptr; }));
    story.group.crash(0);
    story.gate().let_pass();
    const auto outcome = story.group.wait(proposal);
    CHECK(outcome.error() == base::Errc::stopping);
}

TEST_CASE("a batch at the gate of a leader that hands over is refused or done, never both") {
    GatedGroup story(3);
    auto& group = story.group;
    const auto proposal = group.propose(story.leader, "a", base::seconds(30));
    REQUIRE(group.run([&] { return story.gate().pass != nullptr; }));
    boost::asio::co_spawn(group.scheduler.executor(), story.engine().stop(group.in(base::milliseconds(100))),
                          boost::asio::detached);
    group.scheduler.run_for(base::milliseconds(60));
    story.gate().let_pass();
    const auto outcome = group.wait(proposal);
    CHECK((outcome.has_value() || outcome.error() == base::Errc::not_leader ||
           outcome.error() == base::Errc::stopping));
    REQUIRE(group.run_until_leader(story.leader));
    for (auto& gate : story.gates)
        gate.open = true;
    const auto added = group.add(*group.leader(), "a");
    REQUIRE(added);
    CHECK(added->outcome == (outcome ? "2" : "1")); // a refusal has had no effect
}

TEST_CASE(
    "the gate is told of a replica that may have shown what is wrong, until that shows nothing any more") {
    GatedGroup story(3);
    const auto other = (story.leader + 1) % 3;
    story.group.scheduler.run_for(base::seconds(2));
    CHECK(story.gate().differed == 0);
    story.group[other].process->machine.load(0, {"wrong", std::int64_t{1}});
    story.gate().open = true;
    REQUIRE(story.group.add(story.leader, "a"));
    REQUIRE(story.group.run([&] { return story.gate().differed > 0; }));
    REQUIRE(story.group.run_until_serving(other));
    story.group.scheduler.run_for(base::seconds(5));
    CHECK(story.gate().differed == 2); // with the verdict, and when it was fenced
    CHECK(story.gates[other].differed == 0);
}
