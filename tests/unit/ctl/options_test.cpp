#include <bookstore/ctl/options.hpp>

#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <catch2/catch.hpp>

namespace bookstore::ctl {
namespace {

Options parse(const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {}) {
    std::vector<const char*> argv{"bookstorectl"};
    for (const std::string& argument : arguments)
        argv.push_back(argument.c_str());
    return parse_options(static_cast<int>(argv.size()), argv.data(), environment, "1.2.3");
}

std::string complaint(const std::vector<std::string>& arguments,
                      const std::vector<std::string>& environment = {}) {
    try {
        parse(arguments, environment);
    } catch (const UsageError& e) {
        return e.what();
    }
    return "no complaint";
}

std::string addresses(const Options& options) {
    std::string all;
    for (const auto& endpoint : options.endpoints)
        all += (all.empty() ? "" : " ") + net::to_string(endpoint);
    return all;
}

TEST_CASE("a command, its arguments and its options, in any order", "[ctl][options]") {
    const Options options = parse({"--timeout", "2.5", "buy", "3x2", "--key=abc", "5", "--output=json"});
    CHECK(options.command == "buy");
    CHECK(options.arguments == std::vector<std::string>{"3x2", "5"});
    CHECK(options.setting("key") == "abc");
    CHECK(options.settings.size() == 1); // the general ones are not the command's
    CHECK(options.timeout == base::milliseconds(2'500));
    CHECK(options.output == Output::json);
}

TEST_CASE("a negative number is an argument", "[ctl][options]") {
    CHECK(parse({"restock", "3", "-2"}).arguments == std::vector<std::string>{"3", "-2"});
}

TEST_CASE("the endpoints come from the option, the file, the environment, or are the default",
          "[ctl][options]") {
    const auto file =
        std::filesystem::temp_directory_path() / ("bookstorectl-test-" + std::to_string(::getpid()));
    std::ofstream(file) << "[frontend]\nreplica = a.example:1\nreplica = b.example:2\n";
    const std::string config = "--config=" + file.string();
    const std::vector<std::string> environment{"PATH=/bin", "BOOKSTORECTL_ENDPOINTS=e.example:5, [::1]"};

    CHECK(addresses(parse({"status"})) == "127.0.0.1:3213");
    CHECK(addresses(parse({"status"}, environment)) == "e.example:5 [::1]:3213");
    CHECK(addresses(parse({"status", config}, environment)) == "a.example:1 b.example:2");
    CHECK(addresses(parse({"status", config, "--endpoints=c.example:3"}, environment)) == "c.example:3");
    std::filesystem::remove(file);
}

TEST_CASE("bad usage is named with what is allowed", "[ctl][options]") {
    CHECK(complaint({}) == "no command is given; see bookstorectl --help");
    CHECK(complaint({"sell"}) ==
          "'sell': not a command; allowed are search, lookup, buy, order, restock, price, "
          "status, simulate, audit, check-history, torture, member, bench, verify, import, recover, backup, "
          "restore");
    CHECK(complaint({"lookup"}) == "lookup: an argument is missing; usage: bookstorectl lookup ITEM");
    CHECK(complaint({"lookup", "1", "2"}) == "'2': one argument too many; usage: bookstorectl lookup ITEM");
    CHECK(complaint({"lookup", "1", "--key=k"}) ==
          "--key: not an option of lookup; see bookstorectl lookup --help");
    CHECK(complaint({"lookup", "1", "--output=xml"}) == "--output=xml: allowed is table or json");
    CHECK(complaint({"lookup", "1", "--timeout=0"}) == "--timeout=0: allowed is 0.001 to 86400 (seconds)");
    CHECK(complaint({"lookup", "1", "--timeout=soon"}) ==
          "--timeout=soon: allowed is 0.001 to 86400 (seconds)");
    CHECK(complaint({"buy", "1", "--key=a", "--key=b"}) == "--key=b: given twice; allowed is once");
    CHECK(complaint({"lookup", "1", "--endpoints=a:b"}) ==
          "--endpoints=a:b: allowed is HOST:PORT[,HOST:PORT]..., e.g. 127.0.0.1:3213");
    CHECK(complaint({"lookup", "1"}, {"BOOKSTORECTL_ENDPOINTS="}) ==
          "BOOKSTORECTL_ENDPOINTS=: allowed is HOST:PORT[,HOST:PORT]..., e.g. 127.0.0.1:3213");
    CHECK(complaint({"lookup", "1", "--config=/nonexistent"}) ==
          "--config=/nonexistent: cannot be read; allowed is a readable file");
    CHECK_THAT(complaint({"lookup", "1", "--admin-secret-file=/nonexistent"}),
               Catch::StartsWith("--admin-secret-file=/nonexistent: there is no such file; "));
    CHECK_THAT(complaint({"lookup", "1", "--frob"}), Catch::Contains("--frob") && Catch::Contains("--help"));
}

TEST_CASE("help is general, or a command's", "[ctl][options]") {
    const auto answer = [](const std::vector<std::string>& arguments) {
        try {
            parse(arguments);
        } catch (const Answered& answered) {
            return answered.text;
        }
        return std::string("none");
    };
    CHECK(answer({"--version"}) == "bookstorectl 1.2.3\n");
    CHECK_THAT(answer({"--help"}), Catch::Contains("  simulate ") && Catch::Contains("  --endpoints="));
    CHECK_THAT(answer({"buy", "--help"}),
               Catch::StartsWith("Usage: bookstorectl buy ITEM[xN]... [--key=K]\n") &&
                   Catch::Contains("  --key=K"));
}

TEST_CASE("whole numbers, with a sign if need be", "[ctl][options]") {
    CHECK(parse_integer("n", "+7", 0, 9) == 7);
    CHECK(parse_integer("n", "-7", -9, 9) == -7);
    CHECK_THROWS_WITH(parse_integer("n", "7x", 0, 9), "n '7x': allowed is a whole number from 0 to 9");
    CHECK_THROWS_AS(parse_integer("n", "", 0, 9), UsageError);
    CHECK_THROWS_AS(parse_integer("n", "10", 0, 9), UsageError);
    CHECK(parse_seconds("t", "0.25s") == base::milliseconds(250));
}

} // namespace
} // namespace bookstore::ctl
