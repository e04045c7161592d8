#include <system_error>

#include <catch2/catch.hpp>

#include <bookstore/storage/disk_space.hpp>

#include "unit/storage/files_fixture.hpp"

using namespace bookstore::storage;

TEST_CASE("the room on a disk is told in bytes") {
    const test::TemporaryFolder folder;
    const auto space = disk_space_at(folder.path());
    CHECK(space.total_bytes > 0);
    CHECK(space.free_bytes <= space.total_bytes);
}

TEST_CASE("a folder that is not there has no room, and says so") {
    const test::TemporaryFolder folder;
    CHECK_THROWS_AS(disk_space_at(folder.path() / "gone"), std::system_error);
}
