#include <bookstore/storage/data_directory.hpp>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "unit/storage/files_fixture.hpp"

using namespace bookstore::storage;
using namespace bookstore::storage::test;
using Catch::Contains;

namespace {

/// A process of its own that opens `path`, says so, and holds it until it is told to go or killed.
class Holder {
public:
    explicit Holder(const std::filesystem::path& path) {
        int said[2];
        int told[2];
        REQUIRE(::pipe(said) == 0);
        REQUIRE(::pipe(told) == 0);
        pid_ = ::fork();
        if (pid_ == 0) hold(path, said[1], told[0]);
        ::close(told[0]);
        char word = 0;
        REQUIRE(::read(said[0], &word, 1) == 1);
        REQUIRE(word == 'l');
        ::close(said[0]);
        ::close(said[1]);
        go_ = told[1];
    }
    ~Holder() { end(SIGKILL); }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

    pid_t pid() const { return pid_; }
    void end(int signal) {
        if (pid_ == 0) return;
        ::kill(pid_, signal);
        ::waitpid(pid_, nullptr, 0);
        ::close(go_);
        pid_ = 0;
    }

private:
    [[noreturn]] static void hold(const std::filesystem::path& path, int say, int listen) {
        try {
            const DataDirectory held(path);
            char word = 'l';
            if (::write(say, &word, 1) == 1 && ::read(listen, &word, 1) < 0) ::_exit(2);
        } catch (const std::exception&) {
            const char word = 'f';
            ::_exit(::write(say, &word, 1) == 1 ? 1 : 2);
        }
        ::_exit(0);
    }

    pid_t pid_ = 0;
    int go_ = -1;
};

} // namespace

TEST_CASE("a missing folder is made, for its owner alone", "[storage][directory]") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "var" / "catalog-0";
    const DataDirectory directory(path);
    CHECK(directory.path() == path);
    struct stat info{};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0700);
}

TEST_CASE("a folder is empty until something of ours is in it", "[storage][directory]") {
    const TemporaryFolder folder;
    const DataDirectory directory(folder.path());
    CHECK(directory.empty());
    std::filesystem::create_directory(folder.path() / "lost+found");
    CHECK(directory.empty());
    SECTION("a file") {
        write_file(folder.path() / "file", "");
        CHECK_FALSE(directory.empty());
    }
    SECTION("a folder") {
        const auto sub = directory.subfolder("tie-breaker");
        CHECK(std::filesystem::is_directory(sub));
        CHECK(directory.subfolder("tie-breaker") == sub);
        CHECK_FALSE(directory.empty());
    }
}

TEST_CASE("a second process is locked out and told by whom", "[storage][directory]") {
    const TemporaryFolder folder;
    const Holder holder(folder.path());
    CHECK_THROWS_WITH(DataDirectory(folder.path()),
                      Contains("data directory " + folder.string()) &&
                          Contains("used by process " + std::to_string(holder.pid())));
}

TEST_CASE("the lock goes with its process, however that ends", "[storage][directory]") {
    const TemporaryFolder folder;
    Holder holder(folder.path());
    holder.end(SIGKILL);
    const DataDirectory directory(folder.path());
    CHECK(read_file(folder.path() / "lock") == std::to_string(::getpid()) + "\n");
}

TEST_CASE("the same process cannot open it twice either", "[storage][directory]") {
    const TemporaryFolder folder;
    {
        const DataDirectory directory(folder.path());
        CHECK_THROWS_WITH(DataDirectory(folder.path()), Contains(std::to_string(::getpid())));
    }
    CHECK_NOTHROW(DataDirectory(folder.path()));
}

TEST_CASE("what cannot be a data directory is refused by name", "[storage][directory]") {
    const TemporaryFolder folder;
    write_file(folder.path() / "file", "x");
    CHECK_THROWS_WITH(DataDirectory(folder.path() / "file"), Contains("file: is not a folder"));
    CHECK_THROWS_WITH(DataDirectory(folder.path() / "file" / "below"), Contains("file/below: "));
    CHECK(read_file(folder.path() / "file") == "x");
}
