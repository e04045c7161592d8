#pragma once
/// \file
/// Files and folders that are there whole and durable, or not at all.
#include <filesystem>
#include <string_view>

namespace bookstore::offline {

/// Written beside its name until it is published. Every failure throws std::system_error that names the file.
class NewFile {
public:
    explicit NewFile(std::filesystem::path path);
    /// What was not published is removed.
    ~NewFile();
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    const std::filesystem::path& beside() const { return beside_; }
    void append(std::string_view bytes);
    void sync();
    void publish();

private:
    std::filesystem::path path_, beside_;
    int fd_ = -1;
};

/// `to` is not there. Both in one folder. Throws std::system_error.
void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to);

} // namespace bookstore::offline
