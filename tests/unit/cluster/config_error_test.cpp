#include <bookstore/cluster/config.hpp>

#include <catch2/catch.hpp>

#include "unit/cluster/config_fixture.hpp"

namespace bookstore::cluster {
namespace {

/// The one line that tells the operator what is wrong.
std::string complaint(std::vector<std::string> arguments, const std::vector<std::string>& environment = {}) {
    try {
        read(arguments, environment);
    } catch (const ConfigError& e) {
        return e.what();
    }
    return "no complaint";
}

/// Of an otherwise good configuration.
std::string complaint_with(std::vector<std::string> arguments,
                           const std::vector<std::string>& environment = {}) {
    static const TemporaryFile file(one_host);
    arguments.insert(arguments.begin(), {"--role=catalog", "--id=0", "--config=" + file.name()});
    return complaint(std::move(arguments), environment);
}

TEST_CASE("what is not allowed is named with its option, its value and what is allowed",
          "[cluster][config]") {
    CHECK(complaint_with({}) == "no complaint");
    CHECK(complaint_with({"--http.idle-ms=5"}) ==
          "--http.idle-ms=5: allowed is a whole number from 10 to 3600000 (ms)");
    CHECK(complaint_with({"--health.rise=-1"}) ==
          "--health.rise=-1: allowed is a whole number from 1 to 100");
    CHECK(complaint_with({"--health.rise=1.5"}) ==
          "--health.rise=1.5: allowed is a whole number from 1 to 100");
    CHECK(complaint_with({"--health.rise", ""}) == "--health.rise=: allowed is a whole number from 1 to 100");
    CHECK(complaint_with({"--health.rise=99999999999999999999"}) ==
          "--health.rise=99999999999999999999: allowed is a whole number from 1 to 100");
    CHECK(complaint_with({"--log-level=loud"}) ==
          "--log-level=loud: allowed is trace, debug, info, warning, error or off");
    CHECK(complaint_with({"--first-start=yes"}) == "--first-start=yes: allowed is 0 or 1");
    CHECK(complaint_with({}, {"BOOKSTORED_HEALTH_RISE=x"}) ==
          "BOOKSTORED_HEALTH_RISE=x: allowed is a whole number from 1 to 100");
    CHECK(complaint({"--role=baker"}) == "--role=baker: allowed is catalog, order or frontend");
}

TEST_CASE("what is unsafe must be spelt out", "[cluster][config]") {
    for (const std::string key : {"no-cache", "no-invalidation"}) {
        for (const std::string value : {"1", "yes", "true"})
            CHECK(complaint_with({"--unsafe." + key + "=" + value}) ==
                  "--unsafe." + key + "=" + value + ": allowed is for-measurement-only");
        CHECK(complaint_with({"--unsafe." + key + "=for-measurement-only"}) == "no complaint");
    }
}

TEST_CASE("a value in the file is named with its line", "[cluster][config]") {
    const TemporaryFile file(one_host + "\n[health]\n# fall = 1\nfall = 0 # never\n");
    CHECK(complaint({"--role=order", "--id=0", "--config=" + file.name()}) ==
          file.name() + ":11: health.fall = 0: allowed is a whole number from 1 to 100");
}

TEST_CASE("an unknown key is an error wherever it stands", "[cluster][config]") {
    const TemporaryFile key("[health]\nrize = 1\n"), section("[healthy]\nrise = 1\n"), bare("rise = 1\n");
    CHECK(complaint({"--config=" + key.name()}) ==
          key.name() +
              ":2: unknown key health.rize; allowed in [health]: interval-ms, timeout-ms, rise, fall");
    CHECK_THAT(complaint({"--config=" + section.name()}),
               Catch::StartsWith(section.name() +
                                 ":2: unknown key healthy.rise; allowed are the sections process, "));
    CHECK_THAT(complaint({"--config=" + bare.name()}),
               Catch::StartsWith(bare.name() + ":1: unknown key rise"));
    CHECK_THAT(complaint_with({"--health.rize=1"}),
               Catch::Contains("--health.rize=1") && Catch::Contains("--help"));
    CHECK_THAT(complaint_with({"--rol=order"}), Catch::Contains("--rol")); // nothing is guessed
    CHECK_THAT(complaint_with({}, {"BOOKSTORED_HEALTH_RIZE=1"}),
               Catch::StartsWith("BOOKSTORED_HEALTH_RIZE=1: unknown variable"));
    CHECK(complaint_with({"catalog"}) == "'catalog': not an option; allowed is what --help lists");
}

TEST_CASE("a key given twice by one source is an error", "[cluster][config]") {
    const TemporaryFile file("[health]\nrise = 1\nrise = 2\n");
    CHECK(complaint({"--config=" + file.name()}) == file.name() + ":3: health.rise = 2: given before as " +
                                                        file.name() + ":2: health.rise = 1; allowed is once");
    CHECK(complaint_with({"--health.rise=1", "--health.rise=1"}) ==
          "--health.rise=1: given before as --health.rise=1; allowed is once");
    CHECK_THAT(complaint_with({"--config=/another"}), Catch::Contains("given before"));
}

TEST_CASE("a file that is none, or no INI", "[cluster][config]") {
    const TemporaryFile file("[http]\nidle-ms\n");
    CHECK_THAT(complaint({"--config=" + file.name()}),
               Catch::StartsWith(file.name() + ": ") && Catch::Contains("idle-ms"));
    CHECK(complaint({"--config=/nonexistent/x.conf"}) ==
          "--config=/nonexistent/x.conf: cannot be read; allowed is a readable file");
    CHECK(complaint({"--config=/tmp"}) == "--config=/tmp: is a directory; allowed is a file");
    CHECK(complaint({"--config", ""}) == "--config=: allowed is the name of a file");
    const TemporaryFile empty("");
    CHECK_THAT(complaint({"--check-config", "--config=" + empty.name()}),
               Catch::StartsWith("catalog.replica: none is given"));
}

TEST_CASE("a process must be told what it is", "[cluster][config]") {
    const TemporaryFile file(one_host);
    CHECK(complaint({"--id=0", "--config=" + file.name()}) ==
          "--role: not given; allowed is catalog, order or frontend");
    CHECK(complaint({"--role=order", "--config=" + file.name()}) ==
          "--id: not given; allowed is a whole number from 0 to 1000");
    CHECK(complaint({"--role=order", "--id=2", "--config=" + file.name()}) ==
          "--id=2: allowed is 0 to 1, for section [order] names 2 replicas");
}

TEST_CASE("replicas are addresses of their own", "[cluster][config]") {
    const std::string allowed = "allowed is HOST:PORT, e.g. 127.0.0.1:3211, [::1]:3211 or books.example:3211";
    CHECK(complaint_with({"--order.replica=127.0.0.1"}) == "--order.replica=127.0.0.1: " + allowed);
    CHECK(complaint_with({"--order.replica=127.0.0.1:0"}) == "--order.replica=127.0.0.1:0: " + allowed);
    CHECK(complaint_with({"--order.replica=127.0.0.1:1,"}) == "--order.replica=127.0.0.1:1,: " + allowed);
    CHECK(complaint_with({"--order.replica=127.0.0.1:3211"}) ==
          "--order.replica=127.0.0.1:3211: 127.0.0.1:3211 is taken already by [catalog]; allowed is an "
          "address of "
          "its own for each replica");
}

TEST_CASE("a listener that is not loopback needs the cluster's credential", "[cluster][config]") {
    CHECK(complaint_with({"--frontend.replica=0.0.0.0:3213"}) ==
          "cluster.secret-file: not given, but [frontend] 0.0.0.0:3213 is not a loopback address; allowed is "
          "the "
          "name of a file that holds the cluster's credential");
    CHECK_THAT(complaint_with({"--frontend.replica=books.example:3213"}),
               Catch::StartsWith("cluster.secret-file"));
}

TEST_CASE("times that defeat each other are refused", "[cluster][config]") {
    CHECK(complaint_with({"--consensus.election-ms=100"}) ==
          "--consensus.election-ms=100: allowed is more than twice consensus.heartbeat-ms (100 ms)");
    CHECK(
        complaint_with({"--consensus.drift-margin-ms=300"}) ==
        "consensus.election-ms = 300 (the default): allowed is more than consensus.drift-margin-ms (300 ms)");
    CHECK(complaint_with({"--cache.lease-ms=250"}) ==
          "--cache.lease-ms=250: allowed is more than cache.lease-renewal-ms (250 ms)");
    CHECK(complaint_with({"--consensus.election-ms=1500"}) ==
          "http.request-ms = 3000 (the default): allowed is more than twice consensus.election-ms (3000 ms)");
    CHECK(complaint_with({"--http.request-ms=1030"}) ==
          "--http.request-ms=1030: allowed is more than cache.lease-ms "
          "and consensus.drift-margin-ms together (1030 ms)");
    CHECK(complaint_with({"--health.timeout-ms=1001"}) ==
          "--health.timeout-ms=1001: allowed is at most health.interval-ms (1000 ms)");
}

TEST_CASE("a secret file must hold a secret", "[cluster][config]") {
    const auto of = [](const std::string& content) {
        const TemporaryFile file(content);
        const std::string said = complaint_with({"--cluster.secret-file=" + file.name()});
        const std::string start = "--cluster.secret-file=" + file.name() + ": ";
        return said.starts_with(start) ? said.substr(start.size(), said.find(';') - start.size()) : said;
    };
    CHECK(of("") == "it is empty");
    CHECK(of("\n") == "it is empty");
    CHECK_THAT(of("two words\n"), Catch::Contains("one line of visible ASCII"));
    CHECK_THAT(of("two\nlines\n"), Catch::Contains("one line of visible ASCII"));
    CHECK_THAT(of("\xc3\xa4"), Catch::Contains("one line of visible ASCII"));
    CHECK(of(std::string(5'000, 'x')) == "it is too long");
    CHECK_THAT(complaint_with({"--cluster.admin-secret-file=/nonexistent"}),
               Catch::StartsWith("--cluster.admin-secret-file=/nonexistent: there is no such file; "));
    CHECK_THAT(complaint_with({"--cluster.secret-file=/tmp"}), Catch::Contains("it is not a file"));
}

} // namespace
} // namespace bookstore::cluster
