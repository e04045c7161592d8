// What a receiver of snapshots makes of pieces that are not as they should be.
#include <bookstore/base/hash.hpp>

#include "replication/snapshot_receiver.hpp"
#include "support/catch_result.hpp"
#include "support/counter_machine.hpp"
#include "support/memory_state.hpp"
#include "support/virtual_scheduler.hpp"
#include "support/virtual_worker.hpp"

using namespace bookstore;
using namespace bookstore::test;
using namespace bookstore::replication;

namespace {

std::string state_of(std::uint64_t index, std::int64_t value) {
    StateDisk disk;
    MemoryState store(disk);
    const base::Row row{std::string("a"), value};
    store.apply({{base::RowChange::Kind::put, 0, row}}, {index, 3}, base::row_hash(0, row));
    return store.snapshot();
}

struct Story {
    Story() {
        header.from = consensus::NodeId{1};
        header.to = consensus::NodeId{2};
        header.last_index = consensus::LogIndex{40};
        header.last_term = consensus::Term{3};
        header.bytes = blob.size();
        header.hash = base::hash64(blob);
    }

    SnapshotReceiver::Answer send(std::size_t from, std::size_t bytes) {
        return receiver->receive({header, from, std::string_view(blob).substr(from, bytes)});
    }
    void settle() { scheduler.run_for(base::seconds(1)); }

    std::string blob = state_of(40, 7);
    SnapshotHeader header;
    VirtualScheduler scheduler;
    VirtualWorker worker{scheduler, base::milliseconds(10)};
    StateDisk disk;
    MemoryState store{disk};
    CounterMachine machine;
    std::string told; ///< b: begin, l: log, i: installed, a: abandoned, f: failed
    std::shared_ptr<SnapshotReceiver> receiver = std::make_shared<SnapshotReceiver>(
        machine, store, worker, scheduler,
        SnapshotReceiver::Hooks{[](const SnapshotHeader&) { return std::nullopt; },
                                [this](const SnapshotHeader&, std::function<void()> done) {
                                    told += 'b';
                                    done();
                                },
                                [this](const SnapshotHeader&, std::function<void()> done) {
                                    told += 'l';
                                    done();
                                },
                                [this](const SnapshotHeader&) { told += 'i'; }, [this] { told += 'a'; },
                                [this](const std::string&) { told += 'f'; }});
};

} // namespace

TEST_CASE("a snapshot in pieces is installed: state, then log, then machine") {
    Story story;
    CHECK(story.send(0, 10) == SnapshotProgress::more);
    CHECK(story.send(10, 5) == SnapshotProgress::more);
    CHECK(story.send(15, 1'000) == SnapshotProgress::installing);
    CHECK(story.receiver->installing());
    CHECK(story.told == "b");
    CHECK(story.send(story.blob.size(), 0) == SnapshotProgress::installing);
    CHECK(story.machine.value("a") == 0);
    story.settle();
    CHECK(story.told == "bli");
    CHECK_FALSE(story.receiver->installing());
    CHECK(story.machine.value("a") == 7);
    CHECK(story.disk.synced.position.index == 40);
}

TEST_CASE("a piece that is not the next one is refused") {
    Story story;
    CHECK(story.send(10, 5).error() == base::Errc::invalid_argument); // of nothing
    CHECK(story.send(0, 10) == SnapshotProgress::more);
    SECTION("a gap") {
        CHECK(story.send(11, 5).error() == base::Errc::invalid_argument);
    }
    SECTION("a repetition") {
        CHECK(story.send(5, 5).error() == base::Errc::invalid_argument);
    }
    SECTION("of another snapshot") {
        story.header.last_index = consensus::LogIndex{41};
        CHECK(story.send(10, 5).error() == base::Errc::invalid_argument);
    }
    SECTION("after the sender was silent for long") {
        story.scheduler.run_for(base::seconds(60));
        CHECK(story.send(10, 5).error() == base::Errc::invalid_argument);
    }
    CHECK(story.told.empty());
}

TEST_CASE("a transfer may begin anew") {
    Story story;
    CHECK(story.send(0, 10) == SnapshotProgress::more);
    CHECK(story.send(0, 1'000) == SnapshotProgress::installing);
    story.settle();
    CHECK(story.told == "bli");
}

TEST_CASE("bytes that changed on the way are dropped") {
    Story story;
    story.blob[5] ^= 1;
    CHECK(story.send(0, 1'000).error() == base::Errc::corrupt);
    CHECK(story.told.empty());
    CHECK(story.disk.installs == 0);
}

TEST_CASE("a blob that its sender damaged changes nothing") {
    Story story;
    story.blob[5] ^= 1;
    story.header.hash = base::hash64(story.blob);
    CHECK(story.send(0, 1'000) == SnapshotProgress::installing);
    story.settle();
    CHECK(story.told == "ba");
    CHECK_FALSE(story.receiver->installing());
    CHECK(story.disk.written.position.index == 0);
}

TEST_CASE("a state at another position than its sender said is final") {
    Story story;
    story.header.last_index = consensus::LogIndex{41};
    CHECK(story.send(0, 1'000) == SnapshotProgress::installing);
    story.settle();
    CHECK(story.told == "bf");
}

TEST_CASE("a snapshot that is too large is refused before memory is taken") {
    Story story;
    story.header.bytes = snapshot_bytes_max + 1;
    CHECK(story.send(0, 10).error() == base::Errc::too_large);
}
