// What a receiver of snapshots makes of pieces, as they should be and as they should not.
#include "replication/snapshot_receiver.hpp"
#include "support/catch_result.hpp"
#include "support/counter_machine.hpp"
#include "support/memory_snapshots.hpp"
#include "support/virtual_scheduler.hpp"
#include "support/virtual_worker.hpp"

using namespace bookstore;
using namespace bookstore::test;
using namespace bookstore::replication;
using Catch::Contains;
using Stage = SnapshotProgress::Stage;

namespace {

constexpr int counters = 600; // more than one turn of the loop loads

/// The bytes of a snapshot, and what is known of it.
struct Source {
    Source() {
        storage::SnapshotWriter writer([this](std::string_view more) { bytes.append(more); },
                                       CounterMachine().tables(), {40, 3});
        for (int i = 0; i < counters; ++i)
            writer.add(0, {"counter " + std::to_string(i), std::int64_t{i}});
        const auto summary = writer.finish();
        header.from = consensus::NodeId{1};
        header.to = consensus::NodeId{2};
        header.last_index = consensus::LogIndex{40};
        header.last_term = consensus::Term{3};
        header.bytes = summary.bytes;
        header.checksum = summary.checksum;
    }
    std::string bytes;
    SnapshotHeader header;
};

struct WatchedMachine : CounterMachine {
    void load(std::uint8_t table, const base::Row& row) override {
        if (loaded++ == 0 && on_first) on_first();
        CounterMachine::load(table, row);
    }
    int loaded = 0;
    std::function<void()> on_first;
};

struct Story : Source {
    explicit Story(StateDisk& on) : disk(on) {}

    SnapshotReceiver::Answer send(std::size_t from, std::size_t size) {
        const auto answer =
            begin(scheduler, SnapshotReceiver::receive(receiver, header, from, bytes.substr(from, size)));
        if (!scheduler.run_until([&] { return answer->has_value(); }, base::seconds(60)))
            return base::Errc::timed_out;
        return **answer;
    }
    SnapshotReceiver::Answer ask() { return send(0, 0); }
    /// All pieces from `from` on.
    SnapshotReceiver::Answer send_rest(std::size_t from) {
        for (; from + 1'000 < bytes.size(); from += 1'000)
            CHECK(send(from, 1'000)->done == from + 1'000);
        return send(from, 1'000);
    }
    void settle() { scheduler.run_for(base::seconds(5)); }

    StateDisk& disk;
    VirtualScheduler scheduler;
    VirtualWorker state_worker{scheduler, base::milliseconds(10)};
    VirtualWorker snapshot_worker{scheduler, base::milliseconds(10)};
    storage::DiskSpace space{10u << 30, 100ull << 30};
    WatchedMachine machine;
    MemoryState state{disk};
    MemorySnapshots snapshots{disk, machine.tables()};
    SnapshotRoom room{[this] { return space; }, 64u << 20};
    std::string told; ///< b: begin, l: log, i: installed, a: abandoned, f: failed
    std::optional<SnapshotReceiver::Answer> objection;
    std::shared_ptr<SnapshotInstall> install = std::make_shared<SnapshotInstall>(
        machine, SnapshotInstall::Stores{state, state_worker, snapshots, snapshot_worker}, room, scheduler,
        SnapshotInstall::Hooks{[this](const SnapshotHeader&, const std::function<void()>& done) {
                                   told += 'b';
                                   done();
                               },
                               [this](const SnapshotHeader&, const std::function<void()>& done) {
                                   told += 'l';
                                   done();
                               },
                               [this](const SnapshotHeader&) { told += 'i'; }, [this] { told += 'a'; },
                               [this](const std::string&) { told += 'f'; }});
    std::shared_ptr<SnapshotReceiver> receiver = std::make_shared<SnapshotReceiver>(
        snapshots, snapshot_worker, room, scheduler, [this](const SnapshotHeader&) { return objection; },
        install);
};

SnapshotProgress receiving(std::uint64_t done) {
    return {Stage::receiving, done};
}

} // namespace

TEST_CASE("a snapshot in pieces is installed: state, then log, then machine") {
    StateDisk disk;
    Story story(disk);
    CHECK(*story.ask() == receiving(0));
    CHECK(*story.send(0, 10) == receiving(10));
    CHECK_THAT(story.receiver->account(), Contains("receives a snapshot of version 40"));
    CHECK(story.send_rest(10)->stage == Stage::installing);
    CHECK(story.receiver->installing());
    CHECK(story.told == "b");
    CHECK(story.ask()->stage == Stage::installing);
    CHECK(story.machine.value("counter 7") == 0);
    CHECK_THAT(story.receiver->account(), Contains("installs a snapshot of version 40"));
    story.settle();
    CHECK(story.told == "bli");
    CHECK_FALSE(story.receiver->installing());
    CHECK(story.receiver->account().empty());
    CHECK(story.machine.value("counter 7") == 7);
    CHECK(story.machine.value("counter 599") == 599);
    CHECK(story.disk.synced.position.index == 40);
    CHECK(story.disk.received.empty());
}

TEST_CASE("while the machine is filled the loop has time for others") {
    StateDisk disk;
    Story story(disk);
    CHECK(*story.ask() == receiving(0));
    CHECK(story.send_rest(0)->stage == Stage::installing);
    int turns = 0;
    const std::function<void()> other = [&] {
        ++turns;
        if (story.machine.loaded < counters) story.scheduler.post(other);
    };
    story.machine.on_first = [&] { story.scheduler.post(other); };
    story.settle();
    CHECK(story.told == "bli");
    CHECK(story.machine.loaded == counters);
    CHECK(turns == 3); // of at most 256 rows each
}

TEST_CASE("a piece that is not the next one changes nothing, and the answer says which is") {
    StateDisk disk;
    Story story(disk);
    CHECK(*story.send(10, 5) == receiving(0)); // of nothing
    CHECK(*story.send(0, 10) == receiving(10));
    CHECK(*story.send(11, 5) == receiving(10));  // a gap
    CHECK(*story.send(5, 5) == receiving(10));   // a repetition
    story.scheduler.run_for(base::seconds(120)); // after the sender was silent for long
    CHECK(story.receiver->account().empty());
    CHECK(*story.ask() == receiving(10));
    CHECK(story.send_rest(10)->stage == Stage::installing);
    story.settle();
    CHECK(story.told == "bli");
    CHECK(story.disk.received_bytes == story.bytes.size()); // none came twice
}

TEST_CASE("a receiver that was started again goes on where it was") {
    StateDisk disk;
    {
        Story story(disk);
        CHECK(*story.ask() == receiving(0));
        CHECK(*story.send(0, 5'000) == receiving(5'000));
    }
    Story story(disk);
    CHECK(*story.ask() == receiving(5'000));
    CHECK(story.send_rest(5'000)->stage == Stage::installing);
    story.settle();
    CHECK(story.told == "bli");
    CHECK(disk.received_bytes == story.bytes.size());
}

TEST_CASE("another snapshot, or one of another sender, begins anew") {
    StateDisk disk;
    Story story(disk);
    CHECK(*story.ask() == receiving(0));
    CHECK(*story.send(0, 5'000) == receiving(5'000));
    SECTION("of another sender") {
        story.header.from = consensus::NodeId{3};
    }
    SECTION("of a later version") {
        story.header.last_index = consensus::LogIndex{41};
    }
    CHECK(*story.ask() == receiving(0));
    CHECK(disk.received.empty());
}

TEST_CASE("two senders at once: one is told to wait, and neither spoils the other's") {
    StateDisk disk;
    Story story(disk);
    CHECK(*story.ask() == receiving(0));
    const auto first = begin(story.scheduler, SnapshotReceiver::receive(story.receiver, story.header, 0,
                                                                        story.bytes.substr(0, 10)));
    auto other = story.header;
    other.from = consensus::NodeId{3};
    const auto second = begin(story.scheduler,
                              SnapshotReceiver::receive(story.receiver, other, 0, story.bytes.substr(0, 10)));
    REQUIRE(story.scheduler.run_until([&] { return first->has_value() && second->has_value(); },
                                      base::seconds(10)));
    CHECK(***first == receiving(10));
    CHECK((**second).error() == base::Errc::overloaded);
}

TEST_CASE("an objection that comes up while the last piece is written counts") {
    StateDisk disk;
    Story story(disk);
    CHECK(*story.ask() == receiving(0));
    const auto last =
        begin(story.scheduler, SnapshotReceiver::receive(story.receiver, story.header, 0, story.bytes));
    story.scheduler.run_for(base::milliseconds(5));
    story.objection = SnapshotReceiver::Answer(base::Errc::not_leader);
    REQUIRE(story.scheduler.run_until([&] { return last->has_value(); }, base::seconds(10)));
    CHECK((**last).error() == base::Errc::not_leader);
    CHECK(story.told.empty());
}

TEST_CASE("bytes that changed on the way, or on the disk, are found before anything is changed") {
    StateDisk disk;
    Story story(disk);
    CHECK(*story.ask() == receiving(0));
    story.bytes[3'000] = static_cast<char>(story.bytes[3'000] ^ 1);
    CHECK(story.send_rest(0)->stage == Stage::installing);
    story.settle();
    CHECK(story.told == "ba");
    CHECK(disk.written.position.index == 0);
    story.bytes[3'000] = static_cast<char>(story.bytes[3'000] ^ 1);
    CHECK(*story.ask() == receiving(0)); // what was damaged has gone
    CHECK(story.send_rest(0)->stage == Stage::installing);
    story.settle();
    CHECK(story.told == "babli");
}

TEST_CASE("a snapshot of another version than its sender said changes nothing") {
    StateDisk disk;
    Story story(disk);
    story.header.last_index = consensus::LogIndex{41};
    CHECK(*story.ask() == receiving(0));
    CHECK(story.send_rest(0)->stage == Stage::installing);
    story.settle();
    CHECK(story.told == "ba");
    CHECK(disk.written.position.index == 0);
}

TEST_CASE("a receiver without room says so, and does not fill its disk") {
    StateDisk disk;
    Story story(disk);
    SECTION("from the first") {
        story.header.bytes = 8ull << 30;
        story.space.free_bytes = 9ull << 30; // of it, but not of what is built of it
        CHECK(story.ask().error() == base::Errc::not_ready);
    }
    SECTION("when others have filled the disk meanwhile") {
        CHECK(*story.ask() == receiving(0));
        CHECK(*story.send(0, 10) == receiving(10));
        story.space.free_bytes = 64u << 20; // the reserve
        CHECK(story.send(10, 10).error() == base::Errc::not_ready);
        CHECK(disk.received.size() == 10);
    }
    CHECK_THAT(story.receiver->account(),
               Contains("no room for a snapshot: it takes") && Contains("are kept in reserve"));
    story.header = Source().header;
    story.space.free_bytes = 10ull << 30;
    const auto there = story.ask();
    REQUIRE(there);
    CHECK(story.send_rest(there->done)->stage == Stage::installing);
    story.settle();
    CHECK(story.told == "bli");
    CHECK(story.receiver->account().empty());
}

TEST_CASE("a disk that runs full while a state is built of a snapshot changes nothing") {
    StateDisk disk;
    Story story(disk);
    CHECK(*story.ask() == receiving(0));
    CHECK(story.send_rest(0)->stage == Stage::installing);
    story.space.free_bytes = 0;
    story.settle();
    CHECK(story.told == "ba");
    CHECK(disk.written.position.index == 0);
}

TEST_CASE("a store that fails when the new state is put in place is final") {
    StateDisk disk;
    Story story(disk);
    CHECK(*story.ask() == receiving(0));
    CHECK(story.send_rest(0)->stage == Stage::installing);
    REQUIRE(story.scheduler.run_until([&] { return disk.built.has_value(); }, base::seconds(10)));
    disk.broken = true;
    story.settle();
    CHECK(story.told == "bf");
}

TEST_CASE("an installation ends where its replica does") {
    StateDisk disk;
    Story story(disk);
    CHECK(*story.ask() == receiving(0));
    CHECK(story.send_rest(0)->stage == Stage::installing);
    story.receiver->close();
    story.settle();
    CHECK(story.told == "b");
    CHECK(disk.written.position.index == 0);
    CHECK(story.ask().error() == base::Errc::stopping);
}
