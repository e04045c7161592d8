#include <bookstore/base/log.hpp>

#include <cstdio>
#include <cstdlib>
#include <regex>
#include <stdexcept>

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace bookstore::base;

namespace {

/// Stands in for stderr as long as it lives.
class CapturedStderr {
public:
    CapturedStderr() : saved_(::dup(STDERR_FILENO)), file_(std::tmpfile()) {
        REQUIRE(saved_ >= 0);
        REQUIRE(file_ != nullptr);
        ::dup2(::fileno(file_), STDERR_FILENO);
    }
    ~CapturedStderr() {
        ::dup2(saved_, STDERR_FILENO);
        ::close(saved_);
        std::fclose(file_);
        ::unsetenv("JOURNAL_STREAM");
        log::start("test", log::Level::info);
    }
    CapturedStderr(const CapturedStderr&) = delete;
    CapturedStderr& operator=(const CapturedStderr&) = delete;

    std::string text() const {
        std::string all(65'536, '\0');
        const ssize_t bytes = ::pread(::fileno(file_), all.data(), all.size(), 0);
        REQUIRE(bytes >= 0);
        all.resize(static_cast<std::size_t>(bytes));
        return all;
    }

    /// As systemd sets it for a service whose stderr is the journal.
    void pretend_journal() const {
        struct stat self{};
        REQUIRE(::fstat(STDERR_FILENO, &self) == 0);
        ::setenv("JOURNAL_STREAM", (std::to_string(self.st_dev) + ":" + std::to_string(self.st_ino)).c_str(),
                 1);
    }

private:
    int saved_;
    std::FILE* file_;
};

} // namespace

TEST_CASE("a line has time, level, name, message and fields", "[base][log]") {
    CapturedStderr captured;
    log::start("catalog-0", log::Level::info);
    log::info("elected leader", {{"term", 7}, {"votes", 2u}, {"lease", true}, {"peer", "catalog-1"}});
    const std::string line = captured.text();
    const std::regex shape(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info  catalog-0: )"
                           R"(elected leader term=7 votes=2 lease=true peer=catalog-1\n)");
    INFO(line);
    CHECK(std::regex_match(line, shape));
}

TEST_CASE("values that would break the line are quoted and escaped", "[base][log]") {
    CapturedStderr captured;
    log::start("test", log::Level::info);
    log::info("one\nline",
              {{"title", "RPCs for \"Dummies\""}, {"path", "a\\b"}, {"text", "x\ny\x01"}, {"none", ""}});
    CHECK_THAT(
        captured.text(),
        Catch::EndsWith(R"(test: one\nline title="RPCs for \"Dummies\"" path="a\\b" text="x\ny\x01" none="")"
                        "\n"));
}

TEST_CASE("braces in a message are only braces", "[base][log]") {
    CapturedStderr captured;
    log::start("test", log::Level::info);
    log::info("{} {0} %v", {{"json", "{\"a\":1}"}});
    CHECK_THAT(captured.text(), Catch::EndsWith("test: {} {0} %v json=\"{\\\"a\\\":1}\"\n"));
}

TEST_CASE("what is below the level is not written", "[base][log]") {
    CapturedStderr captured;
    log::start("test", log::Level::warning);
    CHECK_FALSE(log::enabled(log::Level::info));
    CHECK(log::enabled(log::Level::warning));
    log::debug("quiet");
    log::info("quiet");
    CHECK(captured.text().empty());
    log::start("test", log::Level::off);
    log::error("quiet");
    CHECK(captured.text().empty());
    CHECK_FALSE(log::enabled(log::Level::off));
}

TEST_CASE("under the journal a line carries its priority and no time", "[base][log]") {
    CapturedStderr captured;
    captured.pretend_journal();
    log::start("order-1", log::Level::debug);
    log::debug("a");
    log::info("b", {{"n", 1}});
    log::warning("c");
    log::error("d");
    CHECK(captured.text() == "<7>order-1: a\n<6>order-1: b n=1\n<4>order-1: c\n<3>order-1: d\n");
}

TEST_CASE("a JOURNAL_STREAM inherited by a process with another stderr is not believed", "[base][log]") {
    CapturedStderr captured;
    ::setenv("JOURNAL_STREAM", "1:1", 1);
    log::start("order-1", log::Level::info);
    log::info("hello");
    CHECK_THAT(captured.text(), Catch::Contains("Z info  order-1: hello"));
}

TEST_CASE("levels are parsed by name, and an unknown one is told what is allowed", "[base][log]") {
    CHECK(log::parse_level("trace") == log::Level::trace);
    CHECK(log::parse_level("warning") == log::Level::warning);
    CHECK(log::parse_level("off") == log::Level::off);
    CHECK_THROWS_WITH(log::parse_level("verbose"),
                      "log level 'verbose': must be trace, debug, info, warning, error or off");
    CHECK_THROWS_AS(log::parse_level(""), std::invalid_argument);
}
