// What a newer program has written is refused and left as it is: it is no damage.
#include <catch2/catch.hpp>

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/hash.hpp>

#include "storage/log_step.hpp"
#include "unit/storage/log_fixture.hpp"

using namespace bookstore;
using namespace bookstore::storage;
using namespace bookstore::storage::test;
using Catch::Contains;

namespace {

/// A log of one step, and `bytes` where the second one would stand.
void make_log(const std::filesystem::path& directory,
              const std::function<std::string(StepPlace, StepLink)>& next) {
    {
        const auto log = open_small(directory);
        log->load();
        append(*log, 1, 1, "a");
    }
    auto file = read_file(segment(directory, 1));
    const StepPlace first{1, segment_header_bytes};
    const auto header = read_header(std::string_view(file).substr(first.offset), first);
    REQUIRE(header);
    const StepPlace place{1, first.offset + header->bytes()};
    const auto bytes = next(place, header->next());
    file.replace(place.offset, bytes.size(), bytes);
    write_file(segment(directory, 1), file);
}

std::string hashed(std::string bytes, std::size_t from, std::size_t at) {
    base::ByteWriter hash;
    hash.u64(base::hash64(std::string_view(bytes).substr(from, at - from)));
    return bytes.replace(at, sizeof(std::uint64_t), hash.view());
}

void check_refused(const std::filesystem::path& directory) {
    const auto before = read_file(segment(directory, 1));
    std::string refusal;
    try {
        inspect_log(directory.string());
    } catch (const Damaged&) {
        FAIL("taken for damage");
    } catch (const std::runtime_error& e) {
        refusal = e.what();
    }
    CHECK_THAT(refusal, Contains("0000000001.log: ") && Contains("run the program that wrote it"));
    CHECK_THROWS_WITH(open_small(directory)->load(), refusal);
    CHECK(read_file(segment(directory, 1)) == before);
}

} // namespace

TEST_CASE("a step of a newer format is refused", "[storage][log]") {
    const TemporaryFolder folder;
    make_log(folder.path(), [](StepPlace place, StepLink link) {
        auto step = frame_step("a body of the future", 0, 0, place, link).bytes;
        step[3] = '2';
        base::ByteWriter input;
        input.u64(place.segment);
        input.u64(place.offset);
        input.raw(std::string_view(step).substr(0, 48));
        base::ByteWriter hash;
        hash.u64(base::hash64(input.view()));
        return step.replace(48, 8, hash.view());
    });
    check_refused(folder.path());
}

TEST_CASE("a step with a part that is not known is refused", "[storage][log]") {
    const TemporaryFolder folder;
    make_log(folder.path(), [](StepPlace place, StepLink link) {
        return frame_step("\x82 a vote, and what comes next", 0, 0, place, link).bytes;
    });
    check_refused(folder.path());
}

TEST_CASE("a segment of a newer format is refused", "[storage][log]") {
    const TemporaryFolder folder;
    make_log(folder.path(), [](StepPlace, StepLink) { return std::string(); });
    auto file = read_file(segment(folder.path(), 1));
    file[3] = '2';
    write_file(segment(folder.path(), 1), hashed(file, 0, 24));
    check_refused(folder.path());
}
