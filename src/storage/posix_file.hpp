#pragma once
/// \file
/// One open file, closed when it goes. Every failure throws std::system_error that names the file and what
/// was being done.
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace bookstore::storage {

class PosixFile {
public:
    enum class Mode : std::uint8_t {
        read,
        append, ///< made (0600) if it is missing; reads too
        renew,  ///< as append, and emptied
    };
    PosixFile(std::filesystem::path path, Mode mode);
    ~PosixFile();
    PosixFile(const PosixFile&) = delete;
    PosixFile& operator=(const PosixFile&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::uint64_t size() const;
    /// At the end of the file.
    void append(std::string_view bytes);
    /// As many as there are; fewer than asked for only at the end of the file.
    std::size_t read_at(std::uint64_t offset, char* to, std::size_t bytes) const;
    void truncate(std::uint64_t size);
    /// What was written is durable; the name need not be.
    void sync();

private:
    [[noreturn]] void fail(const char* operation) const;

    std::filesystem::path path_;
    int fd_ = -1;
};

} // namespace bookstore::storage
