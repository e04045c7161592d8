// A configuration file as anybody may write it: read, or refused in one line that says why.
#include <sys/mman.h>
#include <unistd.h>

#include <sstream>
#include <string>

#include <bookstore/cluster/config.hpp>

#include "fuzz/target.hpp"

namespace {

using namespace bookstore;

/// A file that is nowhere but in memory.
class MemoryFile {
public:
    explicit MemoryFile(std::string_view content) : descriptor_(::memfd_create("config", 0)) {
        INVARIANT(descriptor_ >= 0);
        const auto written = ::write(descriptor_, content.data(), content.size());
        INVARIANT(written == static_cast<ssize_t>(content.size()));
    }
    ~MemoryFile() { ::close(descriptor_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

private:
    int descriptor_;
};

} // namespace

void fuzz_one(std::string_view input) {
    const MemoryFile file(input);
    const std::string argument = "--config=" + file.path();
    const char* const argv[] = {"bookstored", argument.c_str(), "--check-config"};
    cluster::ConfigReader reader;
    try {
        reader.read(3, argv, {});
        std::ostringstream shown;
        reader.print(shown);
        INVARIANT(!shown.str().empty());
    } catch (const cluster::ConfigError& refusal) {
        const std::string_view words = refusal.what();
        INVARIANT(!words.empty() && words.find('\n') == std::string_view::npos);
    }
}
