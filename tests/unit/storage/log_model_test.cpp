// Random steps, restarts, kills and power cuts: the log on disk and the model never differ.
#include <catch2/catch.hpp>

#include <bookstore/base/random.hpp>

#include "support/memory_log.hpp"
#include "unit/storage/log_fixture.hpp"

using namespace bookstore;
using namespace bookstore::storage;
using namespace bookstore::storage::test;

namespace {

bool one_in(base::Random& random, std::uint64_t n) {
    return random.below(n) == 0;
}

/// Any step that may come next, as the core or a snapshot could ask for it.
LogWrite random_step(base::Random& random, const LoadedLog& log) {
    LogWrite step;
    auto last = log.base_index + log.records.size();
    if (one_in(random, 4)) step.vote = VoteRecord{log.vote.term + random.below(2), random.below(5)};
    if (one_in(random, 6)) {
        const auto from = log.base_index + 1 + random.below(log.records.size() + 2);
        step.truncate_from = from;
        last = std::min(last, from - 1);
    }
    const auto entries = one_in(random, 3) ? 0 : random.below(6);
    const std::size_t longest = one_in(random, 30) ? 9'000 : 400;
    for (std::uint64_t i = 0; i < entries; ++i)
        step.append.push_back(
            record(++last, log.vote.term + random.below(2),
                   std::string(random.below(longest), static_cast<char>(random.below(256)))));
    if (one_in(random, 5)) step.compact_to = random.below(last + 1);
    if (one_in(random, 50)) step.reset = LogWrite::Reset{random.below(2 * last + 10), log.vote.term};
    if (one_in(random, 10)) step.metadata = std::string(random.below(100), 'm');
    return step;
}

/// One log through `steps` steps, some of which are the last of their process.
void live(std::uint64_t seed, int steps) {
    INFO("seed " << seed);
    base::Random random(seed);
    const TemporaryFolder folder;
    FaultyCalls calls;
    if (seed % 4 == 0) calls.use_threads(FaultyCalls::Threads::real);
    bookstore::test::LogDisk disk;
    bookstore::test::MemoryLog model(disk);
    auto path = folder.path() / "0";
    std::filesystem::create_directory(path);
    auto log = open_small(path, calls);
    REQUIRE(summary(log->load()) == summary(model.load()));
    for (int i = 1; i <= steps; ++i) {
        const auto step = random_step(random, model.load());
        calls.fail_names(one_in(random, 20)); // whatever needs them is tried another time
        log->write(step);
        model.write(step);
        if (one_in(random, 3)) REQUIRE_NOTHROW(log->scrub(random.below(3'000)));
        if (!one_in(random, 8)) continue;
        const auto next = folder.path() / std::to_string(i);
        if (one_in(random, 2))
            calls.power_cut(path, next, [&] { return one_in(random, 2); });
        else
            kill_copy_of_log(path, next);
        log.reset();
        calls.fail_names(false);
        path = next;
        calls.adopt(path);
        REQUIRE(contents(path) == summary(model.load()));
        log = open_small(path, calls);
        REQUIRE(summary(log->load()) == summary(model.load()));
        if (one_in(random, 3)) REQUIRE(summary(log->load()) == summary(model.load()));
    }
    REQUIRE(list_segments(path / "log").size() < 60);
}

} // namespace

TEST_CASE("the log and the model never differ", "[storage][log][property]") {
    for (std::uint64_t seed = 1; seed <= 24; ++seed)
        live(seed, 150);
}

TEST_CASE("a power cut between any two calls leaves the log before a step or after it",
          "[storage][log][property][crash]") {
    base::Random random(1);
    const TemporaryFolder folder;
    FaultyCalls calls;
    bookstore::test::LogDisk disk;
    bookstore::test::MemoryLog model(disk);
    const auto path = folder.path() / "log-of-it";
    const auto cut = folder.path() / "cut";
    std::filesystem::create_directory(path);
    auto log = open_small(path, calls);
    log->load();
    int cuts = 0;
    for (int i = 1; i <= 200; ++i) {
        INFO("step " << i);
        const auto step = random_step(random, model.load());
        const auto before = summary(model.load());
        model.write(step);
        const auto after = summary(model.load());
        std::string found = before;
        calls.before_call = [&] {
            calls.power_cut(path, cut, [&] { return one_in(random, 2); });
            const auto now = contents(cut);
            REQUIRE((now == before || now == after));
            REQUIRE((found == before || now == after)); // there is no way back
            found = now;
            ++cuts;
        };
        log->write(step);
        calls.before_call = [] {};
        calls.power_cut(path, cut);
        REQUIRE(contents(cut) == after);
    }
    CHECK(cuts > 400);
}
