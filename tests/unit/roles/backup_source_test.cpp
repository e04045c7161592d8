// The limits of a backup: one at a time, in pieces, for a time, and only where there is room.
#include <bookstore/shop/catalog_state.hpp>

#include "roles/backup_routes.hpp"
#include "roles/backup_source.hpp"
#include "support/catch_result.hpp"
#include "support/replica_group.hpp"
#include "support/virtual_worker.hpp"
#include "unit/storage/files_fixture.hpp"

using namespace bookstore;
using namespace bookstore::test;
using base::Errc;
using roles::BackupSource;

namespace {

constexpr std::uint64_t stored_version = 1'000;

/// A replica that serves, and whose disk holds a shelf of more than two pieces.
struct Saving {
    Saving() {
        group.start(0);
        REQUIRE(group.run_until_all_serve());
        store(stored_version);
        source.emplace(world, group.engine(0), folder, shelf.tables(),
                       [this] { return std::make_unique<VirtualWorker>(group.scheduler, latency); });
    }
    void store(std::uint64_t version) {
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
        const auto state = storage::open_sqlite_state(folder.string(), shelf.tables());
        std::vector<shop::Book> books;
        for (unsigned id = 1; id <= 6'000; ++id)
            books.push_back({shop::ItemId{id}, std::to_string(id) + std::string(400, 't'), "ds", 100, 5});
        shelf.apply(shop::Stock{0, true, std::move(books)});
        state->apply(shelf.take_changes(), {version, 1}, shelf.digest());
    }

    base::result<std::string> begin() {
        return group.wait(test::begin(group.scheduler, source->begin(group.in(base::seconds(3)))));
    }
    base::result<std::string> read(const std::string& name, std::uint64_t offset) {
        return group.wait(test::begin(group.scheduler, source->read(name, offset)));
    }
    bool run_until_complete(const std::string& name) {
        return group.run([&] { return source->look(name).has_value() && source->look(name)->complete; });
    }
    void pass(base::Duration time) { group.scheduler.run_for(time); }
    std::size_t files() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            count += entry.path().filename().string().starts_with("backup-") ? 1u : 0u;
        return count;
    }

    storage::test::TemporaryFolder temporary;
    const std::filesystem::path folder = temporary.path() / "catalog";
    ReplicaGroup group{1};
    cluster::Config config;
    base::Random random{7};
    base::Metrics metrics;
    VirtualTransport transport{group.network, {"10.0.1.1", 1}};
    roles::World world{config, group.scheduler.executor(), group.scheduler, random, metrics, transport};
    shop::CatalogState shelf;
    base::Duration latency = base::milliseconds(5);
    std::optional<BackupSource> source;
};

} // namespace

TEST_CASE("a backup is given out in pieces of a megabyte, each as often as it is asked for") {
    Saving replica;
    const auto name = replica.begin();
    REQUIRE(name);
    CHECK(replica.read(*name, 0).error() == Errc::not_ready);
    CHECK_FALSE(replica.source->look(*name)->complete);
    REQUIRE(replica.run_until_complete(*name));
    const auto made = replica.source->look(*name)->summary;
    CHECK(made.position.index == stored_version);
    CHECK(made.digest == replica.shelf.digest());
    REQUIRE(made.bytes > 2 * BackupSource::piece_bytes);
    std::string whole;
    while (whole.size() < made.bytes) {
        const auto piece = replica.read(*name, whole.size());
        REQUIRE(piece);
        REQUIRE(piece->size() == std::min<std::size_t>(BackupSource::piece_bytes, made.bytes - whole.size()));
        CHECK(replica.read(*name, whole.size()) == piece);
        whole += *piece;
    }
    CHECK(replica.read(*name, made.bytes)->empty());
    CHECK(replica.read(*name, INT64_MAX)->empty());
    CHECK(replica.read("another", 0).error() == Errc::not_found);
}

TEST_CASE("a backup is kept for a minute after it was last asked for") {
    Saving replica;
    const auto name = replica.begin();
    REQUIRE(name);
    REQUIRE(replica.run_until_complete(*name));
    for (int i = 0; i < 3; ++i) {
        replica.pass(BackupSource::kept_for - base::seconds(1));
        REQUIRE(replica.read(*name, 0));
    }
    CHECK(replica.files() == 1);
    replica.pass(BackupSource::kept_for + base::seconds(1));
    CHECK(replica.read(*name, 0).error() == Errc::not_found);
    CHECK(replica.source->look(*name).error() == Errc::not_found);
    CHECK(replica.files() == 0);
}

TEST_CASE("a backup that is in use keeps the next one out; one that was abandoned gives way") {
    Saving replica;
    const auto first = replica.begin();
    REQUIRE(first);
    REQUIRE(replica.run_until_complete(*first));
    replica.pass(BackupSource::in_use_for - base::seconds(1));
    CHECK(replica.begin().error() == Errc::overloaded);
    REQUIRE(replica.read(*first, 0));
    replica.pass(BackupSource::in_use_for - base::seconds(1));
    CHECK(replica.begin().error() == Errc::overloaded);

    replica.pass(base::seconds(2));
    const auto second = replica.begin();
    REQUIRE(second);
    CHECK(replica.read(*first, 0).error() == Errc::not_found);
    REQUIRE(replica.run_until_complete(*second));
    CHECK(replica.files() == 1);
    replica.source->drop(*second);
    CHECK(replica.files() == 0);
    CHECK(replica.begin());
}

TEST_CASE("a backup that is abandoned while it is made is made no further") {
    Saving replica;
    replica.latency = base::seconds(5); // for each job, of which the first tidies up
    const auto first = replica.begin();
    REQUIRE(first);
    replica.source->drop(*first);
    const auto second = replica.begin();
    REQUIRE(second);
    REQUIRE(replica.run_until_complete(*second));
    CHECK(replica.files() == 1);
}

TEST_CASE("who asks for a backup that is in use is told when to come again") {
    Saving replica;
    const auto routes = roles::backup_routes(*replica.source);
    const auto ask = [&] {
        net::Request request;
        request.deadline = replica.group.in(base::seconds(3));
        auto answer = test::begin(replica.group.scheduler, routes.front().handler(std::move(request)));
        REQUIRE(replica.group.run([&] { return answer->has_value(); }));
        return **answer;
    };
    CHECK(ask().status == 201);
    const auto refused = ask();
    CHECK(refused.status == 409);
    CHECK_THAT(refused.body, Catch::Contains("backup-in-use"));
    CHECK(refused.header("Retry-After") == "10");
}

TEST_CASE("a backup that has no room above the reserve is not begun") {
    Saving replica;
    replica.config.storage.reserve_bytes = std::uint64_t{1} << 60;
    const auto name = replica.begin();
    REQUIRE(name);
    REQUIRE(replica.group.run([&] { return replica.source->look(*name).has_error(); }));
    CHECK(replica.source->look(*name).error() == Errc::storage_failed);
    CHECK(replica.files() == 0);
}

TEST_CASE("a backup waits until the disk has what was answered, for as long as it is asked for") {
    Saving replica;
    replica.store(0); // older than what the replica has applied
    const auto name = replica.begin();
    REQUIRE(name);
    for (int i = 0; i < 100; ++i) {
        replica.pass(base::seconds(1));
        REQUIRE(replica.source->look(*name));
        REQUIRE_FALSE(replica.source->look(*name)->complete);
    }
    replica.pass(BackupSource::kept_for + base::seconds(1));
    CHECK(replica.source->look(*name).error() == Errc::not_found);
}

TEST_CASE("a backup has what was answered stored at once, though a state may trail by seconds") {
    Saving replica;
    const auto applied = replica.group.add(0, "counter");
    REQUIRE(applied);
    const auto stored = [&] { return replica.group[0].disks.state.written.position.index; };
    replica.pass(base::milliseconds(200));
    REQUIRE(stored() < applied->version);
    REQUIRE(replica.begin());
    replica.pass(base::milliseconds(200));
    CHECK(stored() >= applied->version);
}
