// The parts that can be looked at alone.
#include <algorithm>

#include <bookstore/replication/bundle.hpp>
#include <bookstore/replication/identity.hpp>

#include "replication/checkpoints.hpp"
#include "replication/deadlines.hpp"
#include "replication/disk.hpp"
#include "replication/hello.hpp"
#include "replication/member_messages.hpp"
#include "replication/readiness.hpp"
#include "support/catch_result.hpp"
#include "support/memory_log.hpp"
#include "support/virtual_scheduler.hpp"
#include "support/virtual_worker.hpp"

using namespace bookstore;
using namespace bookstore::test;
using namespace bookstore::replication;
using consensus::LogIndex;
using consensus::NodeId;
using consensus::Term;

TEST_CASE("a bundle's encoding holds every string, and nothing else is taken for one") {
    const std::vector<std::string> commands{"", "a", std::string(300, 'x'), std::string("\0\xff", 2)};
    Bundle bundle;
    for (const auto& command : commands)
        bundle.add(command);
    CHECK(bundle.size() == commands.size());
    CHECK(bundle.bytes() == 303);
    CHECK(std::equal(bundle.begin(), bundle.end(), commands.begin(), commands.end()));
    base::ByteWriter out;
    bundle.write(out);
    const auto bytes = out.take();
    CHECK(Bundle::read(bytes) == bundle);
    CHECK(read_views(bytes) == std::vector<std::string_view>(commands.begin(), commands.end()));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CHECK_FALSE(Bundle::read(std::string_view(bytes).substr(0, size)));
        CHECK_FALSE(read_views(std::string_view(bytes).substr(0, size)));
    }
    CHECK_FALSE(Bundle::read(bytes + "x"));
    CHECK_FALSE(read_views(bytes + "x"));
}

TEST_CASE("bundles that are joined are one with the strings of all") {
    const Bundle none, first{"a", "b"}, second{std::string_view(), "c"};
    const auto joined = Bundle::read(Bundle::join({&none, &first, &second}));
    CHECK(joined == Bundle{"a", "b", std::string_view(), "c"});
    CHECK(joined->bytes() == 3);
    CHECK(Bundle::read(Bundle::join({}))->empty());
}

TEST_CASE("an identity's and a hello's encodings hold them whole") {
    const Identity identity{NodeId{~0ULL}, {NodeId{1}, NodeId{2}}, 3, {{NodeId{1}}, {NodeId{2}}}, true, 4};
    const auto same = decode_identity(encode(identity));
    REQUIRE(same);
    CHECK(same->node == identity.node);
    CHECK(same->founders == identity.founders);
    CHECK(same->generation == 3);
    CHECK(same->overtaken_by == 4);
    CHECK(same->configuration == identity.configuration);
    CHECK(same->removed);

    const Hello hello{"catalog", 3,
                      2,         NodeId{9},
                      true,      {NodeId{1}, NodeId{2}, NodeId{9}},
                      5,         {NodeId{1}, NodeId{0}, NodeId{9}},
                      true};
    const auto bytes = encode(hello);
    const auto back = decode_hello(bytes);
    REQUIRE(back);
    CHECK(back->group == "catalog");
    CHECK(back->slot == 2);
    CHECK(back->may_form);
    CHECK(back->founders == hello.founders);
    CHECK(back->generation == 5);
    CHECK(back->willing == hello.willing);
    CHECK(back->alive);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(decode_hello(std::string_view(bytes).substr(0, size)));
}

TEST_CASE("a node's id tells its slot, and no two are alike") {
    base::Random random(1);
    for (unsigned slot : {0U, 2U, 255U}) {
        const auto node = make_node_id(slot, random);
        CHECK(slot_in(node) == slot);
        CHECK(node != make_node_id(slot, random));
    }
}

TEST_CASE("the messages about members hold them whole") {
    const consensus::Change change{consensus::Change::Kind::remove, NodeId{0xabcdef01}};
    CHECK(*decode_change(encode(change)) == change);
    CHECK_FALSE(decode_change(encode(change).substr(1)));
    CHECK_FALSE(decode_change_outcome(encode(ChangeOutcome{}))->objection);
    CHECK(decode_change_outcome(encode(ChangeOutcome{consensus::Objection::busy}))->objection ==
          consensus::Objection::busy);
    using Standing = MemberStatus::Standing;
    const std::vector<MemberStatus> members{{NodeId{0x101}, 1, Standing::voter, true, true, 77},
                                            {NodeId{0x202}, 2, Standing::guest, false, false, 0}};
    const auto bytes = encode(members);
    const auto back = decode_members(bytes);
    REQUIRE(back);
    REQUIRE(back->size() == 2);
    CHECK((*back)[0].match == 77);
    CHECK((*back)[0].leader);
    CHECK((*back)[1].node == NodeId{0x202});
    CHECK((*back)[1].standing == Standing::guest);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(decode_members(std::string_view(bytes).substr(0, size)));
}

TEST_CASE("the tail's cut leaves what must be kept, and not much more") {
    LogTail tail(6'400);
    for (std::uint64_t index = 1; index <= 1'000; ++index) {
        tail.applied(index, 36); // 100 with what an entry costs beside its payload
        if (index <= 64)
            CHECK(tail.cut() == 0);
        else
            CHECK((tail.cut() == 0 || (tail.cut() <= index - 64 && tail.cut() + 70 >= index)));
    }
    CHECK(tail.cut() > 0);
    tail.clear();
    CHECK(tail.cut() == 0);
}

TEST_CASE("deadlines expire in order, each once, unless removed") {
    VirtualScheduler scheduler;
    Deadlines deadlines(scheduler);
    std::string expired;
    const auto in = [&](int ms) { return scheduler.now() + base::milliseconds(ms); };
    deadlines.add(in(30), [&] { expired += 'c'; });
    const auto b = deadlines.add(in(20), [&] { expired += 'b'; });
    deadlines.add(in(10), [&] {
        expired += 'a';
        deadlines.add(scheduler.now(), [&] { expired += '!'; });
    });
    deadlines.remove(b);
    CHECK(expired.empty());
    scheduler.run_for(base::milliseconds(15));
    CHECK(expired == "a!");
    scheduler.run_for(base::milliseconds(100));
    CHECK(expired == "a!c");
}

TEST_CASE("a follower is ready when it has what its leader had committed at first contact") {
    const base::Duration patience = base::milliseconds(600);
    Readiness readiness(patience);
    auto now = base::TimePoint{base::seconds(100)};
    CHECK(readiness.obstacle(0, now) == "no leader");
    readiness.heard(NodeId{1}, Term{1}, 50, now);
    CHECK(readiness.obstacle(20, now) == "catching up: 20 of 50");
    readiness.heard(NodeId{1}, Term{1}, 90, now); // what comes later does not move the target
    CHECK_FALSE(readiness.obstacle(50, now));
    CHECK_FALSE(readiness.obstacle(50, now + patience));

    now += patience + base::milliseconds(1);
    CHECK(readiness.obstacle(50, now) == "no leader");
    CHECK(*readiness.patience_ends() < now);
    readiness.heard(NodeId{1}, Term{1}, 120, now); // contact is made anew
    CHECK(readiness.obstacle(50, now) == "catching up: 50 of 120");
    readiness.heard(NodeId{2}, Term{2}, 130, now); // another leader
    CHECK(readiness.obstacle(120, now) == "catching up: 120 of 130");

    readiness.lead(NodeId{3}, Term{3}, 131);
    CHECK_FALSE(readiness.obstacle(131, now + base::seconds(100)));
    CHECK_FALSE(readiness.patience_ends());
    readiness.lost();
    CHECK(readiness.obstacle(131, now) == "no leader");
    readiness.lost("the disk is full");
    CHECK(readiness.obstacle(131, now) == "the disk is full");
}

namespace {

struct DiskStory {
    LogDisk platter;
    VirtualScheduler scheduler;
    base::Metrics metrics;
    MemoryLog store{platter};
    VirtualWorker worker{scheduler, base::milliseconds(10)};
    std::vector<std::uint64_t> durable;
    std::vector<std::uint64_t> released; ///< terms of messages
    std::string failure;
    Disk disk{"test",
              store,
              worker,
              scheduler,
              metrics,
              SlowDisk{base::milliseconds(150), base::milliseconds(300)},
              {[this](std::uint64_t sequence) { durable.push_back(sequence); },
               [this](const consensus::Message& message) { released.push_back(number(message.term)); },
               [this](const std::string& cause) { failure = cause; }}};

    void append(std::uint64_t sequence, std::uint64_t index) {
        consensus::Persist step;
        step.sequence = sequence;
        step.append.push_back({LogIndex{index}, Term{1}, consensus::EntryKind::command,
                               std::make_shared<const std::string>("x")});
        disk.persist(step);
    }
    void hold(std::uint64_t after, std::uint64_t term) {
        consensus::Message message;
        message.term = Term{term};
        disk.hold({after, message});
    }
};

} // namespace

TEST_CASE("a message leaves when what it rests on is durable, not before") {
    DiskStory story;
    story.append(1, 1);
    story.hold(1, 1);
    story.scheduler.run_for(base::milliseconds(9));
    CHECK(story.released.empty());
    story.scheduler.run_for(base::milliseconds(2));
    CHECK(story.released == std::vector<std::uint64_t>{1});
    CHECK(story.durable == std::vector<std::uint64_t>{1});
    story.hold(1, 2); // durable already
    CHECK(story.released == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("appends that come during a write share the next one; truncations begin their own") {
    DiskStory story;
    for (std::uint64_t n = 1; n <= 5; ++n)
        story.append(n, n);
    consensus::Persist cut;
    cut.sequence = 6;
    cut.truncate_from = LogIndex{3};
    story.disk.persist(cut);
    story.append(7, 3);
    story.scheduler.run_for(base::seconds(1));
    CHECK(story.platter.writes == 3); // 1; 2 to 5; 6 and 7
    CHECK(story.durable == std::vector<std::uint64_t>{1, 5, 7});
    CHECK(story.platter.last_index() == 3);
}

TEST_CASE("metadata and a reset keep their place in the queue") {
    DiskStory story;
    std::string order;
    story.append(1, 1);
    story.disk.write_metadata("me", [&] { order += story.platter.last_index() == 1 ? 'm' : '?'; });
    story.disk.reset({10, 2}, "me, later",
                     [&] { order += story.platter.content.base_index == 10 ? 'r' : '?'; });
    story.append(2, 11);
    story.scheduler.run_for(base::seconds(1));
    CHECK(order == "mr");
    CHECK(story.platter.content.metadata == "me, later");
    CHECK(story.platter.last_index() == 11);
}

TEST_CASE("after a failed write nothing is written, completed or released") {
    DiskStory story;
    story.platter.writes_left = 1;
    story.append(1, 1);
    story.scheduler.run_for(base::milliseconds(5));
    story.append(2, 2);
    story.hold(2, 7);
    story.scheduler.run_for(base::seconds(1));
    CHECK_THAT(story.failure, Catch::Contains("disk I/O error"));
    CHECK(story.durable == std::vector<std::uint64_t>{1});
    story.platter.writes_left.reset();
    story.append(3, 2);
    story.scheduler.run_for(base::seconds(1));
    CHECK(story.platter.writes == 1);
    CHECK(story.released.empty());
}
