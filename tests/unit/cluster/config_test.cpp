#include <bookstore/cluster/config.hpp>

#include <sstream>

#include <catch2/catch.hpp>

#include "unit/cluster/config_fixture.hpp"

namespace bookstore::cluster {
namespace {

using base::milliseconds;

TEST_CASE("a file alone gives the layout, and the defaults for all else", "[cluster][config]") {
    const TemporaryFile file(one_host);
    const Config config = read({"--role=order", "--id=1", "--config=" + file.name()});

    CHECK(config.name() == "order-1");
    CHECK(net::to_string(config.self()) == "127.0.0.1:3215");
    CHECK(config.of(Role::catalog).size() == 2);
    CHECK(config.data_dir == "/var/lib/bookstored/order-1");
    CHECK(config.file == file.name());
    CHECK_FALSE(config.first_start.has_value());
    CHECK(config.secret.empty());
    CHECK_FALSE(config.check_only);
}

TEST_CASE("the table's defaults are those of the structures", "[cluster][config]") {
    const TemporaryFile file(one_host);
    const Config read_in = read({"--role=frontend", "--id=0", "--config=" + file.name()});
    const Config built_in;

    CHECK(read_in.log_level == built_in.log_level);
    CHECK(read_in.drain_time == built_in.drain_time);
    CHECK(read_in.timings.election == built_in.timings.election);
    CHECK(read_in.timings.peer_heartbeat == built_in.timings.peer_heartbeat);
    CHECK(read_in.timings.drift_margin == built_in.timings.drift_margin);
    CHECK(read_in.timings.lease == built_in.timings.lease);
    CHECK(read_in.timings.lease_renewal == built_in.timings.lease_renewal);
    CHECK(read_in.cache_bytes_max == built_in.cache_bytes_max);
    CHECK(read_in.cache_entries_max == built_in.cache_entries_max);
    CHECK(read_in.health.interval == built_in.health.interval);
    CHECK(read_in.health.timeout == built_in.health.timeout);
    CHECK(read_in.health.rise == built_in.health.rise);
    CHECK(read_in.health.fall == built_in.health.fall);
    CHECK(read_in.http.header_bytes_max == built_in.http.header_bytes_max);
    CHECK(read_in.http.body_bytes_max == built_in.http.body_bytes_max);
    CHECK(read_in.http.connections_max == built_in.http.connections_max);
    CHECK(read_in.http.pipelined_max == built_in.http.pipelined_max);
    CHECK(read_in.http.header_time == built_in.http.header_time);
    CHECK(read_in.http.body_time == built_in.http.body_time);
    CHECK(read_in.http.idle_time == built_in.http.idle_time);
    CHECK(read_in.http.request_time == built_in.http.request_time);
    CHECK(read_in.http.write_time == built_in.http.write_time);
    CHECK(read_in.storage.log_keep_bytes == built_in.storage.log_keep_bytes);
    CHECK(read_in.storage.checkpoint_bytes == built_in.storage.checkpoint_bytes);
    CHECK(read_in.storage.reserve_bytes == built_in.storage.reserve_bytes);
    CHECK(read_in.storage.scrub_bytes_per_second == built_in.storage.scrub_bytes_per_second);
    CHECK(read_in.storage.scrub_every == built_in.storage.scrub_every);
    CHECK(read_in.sale_retention == built_in.sale_retention);
}

TEST_CASE("the command line wins over the environment, and that over the file", "[cluster][config]") {
    const TemporaryFile file(one_host + "[http]\nidle-ms = 1001\nwrite-ms = 1002\nbody-ms = 1003\n");
    const Config config =
        read({"--role=catalog", "--id=0", "--config", file.name(), "--http.idle-ms=3001"},
             {"BOOKSTORED_HTTP_IDLE_MS=2001", "BOOKSTORED_HTTP_WRITE_MS=2002", "PATH=/bin"});
    CHECK(config.http.idle_time == milliseconds(3001));
    CHECK(config.http.write_time == milliseconds(2002));
    CHECK(config.http.body_time == milliseconds(1003));
}

TEST_CASE("role, id and the file itself may come from the environment", "[cluster][config]") {
    const TemporaryFile file(one_host);
    const Config config = read({}, {"BOOKSTORED_CONFIG=" + file.name(), "BOOKSTORED_ROLE=catalog",
                                    "BOOKSTORED_ID=1", "BOOKSTORED_DATA_DIR=/tmp/there",
                                    "BOOKSTORED_FIRST_START=0", "BOOKSTORED_LOG_LEVEL=debug"});
    CHECK(config.name() == "catalog-1");
    CHECK(config.data_dir == "/tmp/there");
    CHECK(config.first_start == false);
    CHECK(config.log_level == base::log::Level::debug);
}

TEST_CASE("an instance is a role and an id", "[cluster][config]") {
    const TemporaryFile file(one_host);
    CHECK(read({"--instance=order-1", "--config=" + file.name()}).name() == "order-1");
    CHECK_THROWS_WITH(read({"--instance=order", "--config=" + file.name()}),
                      Catch::Contains("--instance=order: allowed is ROLE-N"));
    CHECK_THROWS_WITH(read({"--instance=order-x", "--config=" + file.name()}),
                      Catch::Contains("--instance=order-x"));
    CHECK_THROWS_WITH(read({"--instance=order-1", "--id=0", "--config=" + file.name()}),
                      Catch::Contains("given before"));
}

TEST_CASE("a source that names replicas names all of them", "[cluster][config]") {
    const TemporaryFile file(one_host);
    const Config config = read({"--role=order", "--id=2", "--config=" + file.name(),
                                "--order.replica=[::1]:1", "--order.replica=localhost:2, 127.0.0.9:3"},
                               {"BOOKSTORED_CATALOG_REPLICA=127.0.0.1:4,127.0.0.1:5,127.0.0.1:6"});
    CHECK(config.of(Role::catalog).size() == 3);
    REQUIRE(config.of(Role::order).size() == 3);
    CHECK(net::to_string(config.of(Role::order)[0]) == "[::1]:1");
    CHECK(net::to_string(config.self()) == "127.0.0.9:3");
}

TEST_CASE("units are applied", "[cluster][config]") {
    const TemporaryFile file(one_host);
    const Config config = read({"--role=catalog", "--id=0", "--config=" + file.name(), "--cache.size-mb=3",
                                "--storage.log-keep-mb=5", "--shop.sale-retention-hours=48"});
    CHECK(config.cache_bytes_max == 3u << 20);
    CHECK(config.storage.log_keep_bytes == 5u << 20);
    CHECK(config.sale_retention == std::chrono::hours(48));
}

TEST_CASE("a secret is the file's line without its newline", "[cluster][config]") {
    const TemporaryFile secret("s3cr3t\n"), admin("4dm1n\r\n");
    const TemporaryFile file(one_host + "[cluster]\nsecret-file = " + secret.name() +
                             "\nadmin-secret-file = " + admin.name() + "\n");
    const Config config = read({"--role=catalog", "--id=0", "--config=" + file.name()});
    CHECK(config.secret == "s3cr3t");
    CHECK(config.admin_secret == "4dm1n");
}

TEST_CASE("with a secret, listeners may be anywhere", "[cluster][config]") {
    const TemporaryFile secret("s3cr3t");
    const TemporaryFile file(one_host);
    const Config config =
        read({"--role=frontend", "--id=0", "--config=" + file.name(), "--frontend.replica=books.example:80",
              "--cluster.secret-file=" + secret.name()});
    CHECK(net::to_string(config.self()) == "books.example:80");
}

TEST_CASE("a file can be checked and shown without a role", "[cluster][config]") {
    const TemporaryFile file(one_host);
    CHECK(read({"--check-config", "--config=" + file.name()}).check_only);
    CHECK(read({"--print-config", "--config=" + file.name()}).print);
}

TEST_CASE("--print-config says where each value comes from, and can be read in again", "[cluster][config]") {
    const TemporaryFile file(one_host + "[health]\nfall = 4\n");
    std::ostringstream printed;
    read({"--role=order", "--id=1", "--config=" + file.name(), "--health.rise=3"},
         {"BOOKSTORED_HTTP_IDLE_MS=5000"}, &printed);
    const auto line_with = [&](const std::string& start) {
        std::istringstream lines(printed.str());
        for (std::string line; std::getline(lines, line);)
            if (line.starts_with(start))
                return line.substr(0, line.find(' ', start.size())) + line.substr(line.find(" # "));
        return "no line with " + start;
    };
    CHECK(line_with("role = ") == "role = order # command line");
    CHECK(line_with("fall = ") == "fall = 4 # " + file.name() + ":9");
    CHECK(line_with("rise = ") == "rise = 3 # command line");
    CHECK(line_with("idle-ms = ") == "idle-ms = 5000 # environment");
    CHECK(line_with("election-ms = ") == "election-ms = 300 # default");
    CHECK(line_with("replica = 127.0.0.1:3214") == "replica = 127.0.0.1:3214 # " + file.name() + ":3");
    CHECK(line_with("data-dir = ") == "data-dir = /var/lib/bookstored/order-1 # default");

    const TemporaryFile again(printed.str());
    const Config config = read({"--config=" + again.name()});
    CHECK(config.name() == "order-1");
    CHECK(config.health.fall == 4);
    CHECK(config.http.idle_time == milliseconds(5000));
}

TEST_CASE("--help and --version answer whatever else is asked", "[cluster][config]") {
    CHECK_THROWS_AS(read({"--help", "--role=catalog"}), HelpAsked);
    try {
        read({"--version"});
        FAIL("no answer");
    } catch (const HelpAsked& asked) {
        CHECK(asked.text == "bookstored 1.2.3\n");
    }
}

TEST_CASE("a client finds the frontends without having to read the rest", "[cluster][config]") {
    const TemporaryFile file(
        "[cluster]\nsecret-file = /nonexistent/secret\n[frontend]\nreplica = a.example:1\n"
        "replica = b.example:2\n");
    const auto frontends = frontends_in(file.name());
    REQUIRE(frontends.size() == 2);
    CHECK(net::to_string(frontends[1]) == "b.example:2");
}

} // namespace
} // namespace bookstore::cluster
