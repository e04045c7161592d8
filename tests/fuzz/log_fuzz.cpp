// The bytes of a log's segments, as a start finds them: refused, or a log that goes on and is read the same
// again.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/log.hpp>
#include <bookstore/storage/log_store.hpp>

#include "fuzz/target.hpp"
#include "storage/log_folder.hpp"
#include "storage/log_step.hpp"
#include "storage/segment_header.hpp"
#include "storage/segmented_log.hpp"

namespace {

using namespace bookstore;
using namespace bookstore::storage;

struct NoSync final : DiskCalls {
    int sync_data(int) override { return 0; }
    int sync(int) override { return 0; }
};

/// In memory where the system has such a place; gone at the end.
class Folder {
public:
    Folder() {
        const std::filesystem::path memory = "/dev/shm";
        const auto where = std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
        std::string name = (where / "bookstored-fuzz-XXXXXX").string();
        INVARIANT(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    /// Empty but for one segment.
    void hold(std::uint64_t number, const std::string& bytes) const {
        std::filesystem::remove_all(path_ / "log");
        std::filesystem::create_directory(path_ / "log");
        std::ofstream(segment_path(path_ / "log", number), std::ios::binary) << bytes;
    }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// libFuzzer does not guess hashes: the input is the bodies of steps, each behind its length and its entries.
std::string framed(std::string_view input, std::uint64_t number) {
    base::ByteReader in(input);
    auto segment = encode_segment_header({number, segment_header_bytes});
    StepLink link{number, 0};
    while (in.remaining() > 0 && !in.failed()) {
        const auto first_index = in.varint();
        const auto entries = in.varint();
        const auto body = in.string();
        if (in.failed()) break;
        auto step = frame_step(body, first_index, entries, {number, segment.size()}, link);
        segment += step.bytes;
        link = step.next;
    }
    return segment;
}

void check(const LoadedLog& log) {
    auto index = log.base_index;
    for (const LogRecord& record : log.records) {
        INVARIANT(record.index == ++index);
        INVARIANT(record.payload != nullptr);
    }
}

std::optional<LoadedLog> load(LogStore& log) try { return log.load(); } catch (const std::runtime_error&) {
    return std::nullopt;
}

void open_and_go_on(const std::filesystem::path& folder) {
    static NoSync calls;
    const auto log = open_log(folder, {.segment_bytes = 2'048, .calls = &calls});
    const auto found = load(*log);
    if (!found) return;
    check(*found);
    const auto last = found->base_index + found->records.size();
    if (last + 1 > INT64_MAX) return;
    log->write({.append = {{last + 1, 7, 1, std::make_shared<const std::string>("next")}}});
    INVARIANT(log->scrub(1u << 20).bytes > 0);
    const auto after = load(*log);
    INVARIANT(after);
    check(*after);
    INVARIANT(after->base_index == found->base_index && after->base_term == found->base_term);
    INVARIANT(after->vote == found->vote && after->metadata == found->metadata);
    INVARIANT(after->records.size() == found->records.size() + 1);
    for (std::size_t i = 0; i < found->records.size(); ++i)
        INVARIANT(*after->records[i].payload == *found->records[i].payload);
}

} // namespace

void fuzz_one(std::string_view input) {
    static const Folder folder;
    static const bool quiet = (base::log::start("fuzz", base::log::Level::off), true);
    INVARIANT(quiet);
    const auto choice = fuzz::take_choice(input);
    const std::uint64_t number = (choice & 2) != 0 ? 2 : 1;
    if ((choice & 1) != 0)
        folder.hold(number, framed(input, number));
    else
        folder.hold(number, encode_segment_header({number, segment_header_bytes}).append(input));
    open_and_go_on(folder.path());
}
