#include <bookstore/cluster/secret_file.hpp>

#include <catch2/catch.hpp>

#include "unit/cluster/config_fixture.hpp"

namespace bookstore::cluster {
namespace {

TEST_CASE("a secret that everyone may read is noticed", "[cluster][config]") {
    using std::filesystem::perms;
    const TemporaryFile file("secret\n");
    CHECK_FALSE(readable_by_everyone(file.name()));
    std::filesystem::permissions(file.name(), perms::owner_read | perms::group_read);
    CHECK_FALSE(readable_by_everyone(file.name()));
    std::filesystem::permissions(file.name(), perms::owner_read | perms::others_read);
    CHECK(readable_by_everyone(file.name()));
    CHECK(read_secret(file.name()) == "secret"); // a warning, not an error
    CHECK_FALSE(readable_by_everyone("/nonexistent"));
}

TEST_CASE("only the last newline is not part of a secret", "[cluster][config]") {
    CHECK(read_secret(TemporaryFile("secret").name()) == "secret");
    CHECK(read_secret(TemporaryFile("secret\r\n").name()) == "secret");
    CHECK_THROWS_AS(read_secret(TemporaryFile("secret\n\n").name()), std::invalid_argument);
    CHECK_THROWS_AS(read_secret(TemporaryFile(" secret\n").name()), std::invalid_argument);
}

} // namespace
} // namespace bookstore::cluster
