#include <bookstore/base/error.hpp>

#include <csignal>
#include <set>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace bookstore::base;

TEST_CASE("every error has words of its own", "[base][error]") {
    std::set<std::string> messages;
    for (int value = 1; value <= static_cast<int>(Errc::stopping); ++value)
        messages.insert(make_error_code(static_cast<Errc>(value)).message());
    CHECK(messages.size() == static_cast<std::size_t>(Errc::stopping));
    CHECK(errc_category().message(999) == "unknown error 999");
}

TEST_CASE("an error travels in a result and compares with its code", "[base][error]") {
    const result<int> failed = Errc::not_leader;
    REQUIRE(failed.has_error());
    CHECK(failed.error() == Errc::not_leader);
    CHECK(failed.error() != Errc::not_ready);
    CHECK(failed.error().category() == errc_category());
    CHECK(failed.error().failed());
}

TEST_CASE("only failures that may have had an effect are unknown", "[base][error]") {
    for (const Errc e : {Errc::timed_out, Errc::connection_lost, Errc::outcome_unknown, Errc::storage_failed})
        CHECK(outcome_is_unknown(e));
    for (const Errc e :
         {Errc::invalid_argument, Errc::not_found, Errc::unauthorized, Errc::not_leader, Errc::not_ready,
          Errc::overloaded, Errc::too_large, Errc::unreachable, Errc::stopping})
        CHECK_FALSE(outcome_is_unknown(e));
    CHECK_FALSE(outcome_is_unknown(boost::system::error_code{}));
    // The same number in another category is another error.
    CHECK_FALSE(outcome_is_unknown({static_cast<int>(Errc::timed_out), boost::system::generic_category()}));
}

TEST_CASE("a broken invariant aborts and says where", "[base][error]") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL); // Catch2's handler would report the abort as a failed test
        ::dup2(ends[1], STDERR_FILENO);
        INVARIANT(1 + 1 == 3);
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string said(4096, '\0');
    const ssize_t bytes = ::read(ends[0], said.data(), said.size());
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGABRT);
    REQUIRE(bytes > 0);
    said.resize(static_cast<std::size_t>(bytes));
    CHECK_THAT(said, Catch::Contains("invariant failed: 1 + 1 == 3") && Catch::Contains("error_test.cpp:"));
}
