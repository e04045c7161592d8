#pragma once
/// \file
/// A segmented log for tests: short segments, and a disk that can be told to misbehave.
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "storage/log_folder.hpp"
#include "storage/segment_header.hpp"
#include "storage/segmented_log.hpp"
#include "unit/storage/files_fixture.hpp"

namespace bookstore::storage::test {

inline constexpr std::size_t small_segment = 4'096;

inline LogRecord record(std::uint64_t index, std::uint64_t term, std::string payload) {
    return {index, term, 1, std::make_shared<const std::string>(std::move(payload))};
}

inline void append(LogStore& log, std::uint64_t index, std::uint64_t term, const std::string& payload) {
    log.write({.append = {record(index, term, payload)}});
}

/// "1/2 @2:1 3:1:c 4:2:d m": term 1 and vote 2, compacted up to entry 2 of term 1, the entries 3 (term 1,
/// payload c) and 4, metadata m.
inline std::string summary(const LoadedLog& log) {
    std::string text = std::to_string(log.vote.term) + "/" + std::to_string(log.vote.vote) + " @" +
                       std::to_string(log.base_index) + ":" + std::to_string(log.base_term);
    for (const LogRecord& r : log.records)
        text += " " + std::to_string(r.index) + ":" + std::to_string(r.term) + ":" + *r.payload;
    return text + " " + log.metadata;
}

/// Of a log that is closed.
inline std::string contents(const std::filesystem::path& directory) {
    return summary(inspect_log(directory.string()));
}

inline std::filesystem::path segment(const std::filesystem::path& directory, unsigned number) {
    const std::string digits = std::to_string(number);
    return directory / "log" / (std::string(10 - digits.size(), '0') + digits + ".log");
}

/// What kill -9 at this moment leaves of the log in `directory`.
inline void kill_copy_of_log(const std::filesystem::path& directory, const std::filesystem::path& copy) {
    std::filesystem::remove_all(copy);
    std::filesystem::create_directories(copy / "log");
    std::error_code gone; // a segment may be renamed or removed meanwhile, by its own thread
    for (const auto& file : std::filesystem::directory_iterator(directory / "log"))
        std::filesystem::copy_file(file.path(), copy / "log" / file.path().filename(), gone);
}

/// What would be done beside the writer, before the writer goes on: the same in every run.
inline std::future<bool> done_at_once(const std::function<bool()>& work) {
    std::promise<bool> done;
    done.set_value(work());
    return done.get_future();
}

/// Nothing is synced: what a test does not cut the power of is as good, and much quicker.
class QuickCalls : public DiskCalls {
public:
    int sync_data(int) override { return 0; }
    int sync(int) override { return 0; }
    std::future<bool> beside(std::function<bool()> work) override { return done_at_once(work); }
};

/// A disk that keeps what was synced, and fails on demand. Any number of logs, one after the other.
class FaultyCalls final : public DiskCalls {
public:
    ssize_t write_at(int fd, const void* bytes, std::size_t count, off_t offset) override {
        before_call();
        if (writes_fail_) return fail(EIO);
        ++writes_;
        return ::pwrite(fd, bytes, count, offset);
    }
    int sync_data(int fd) override {
        before_call();
        if (syncs_fail_) return fail(EIO);
        return keep(fd);
    }
    int sync(int fd) override {
        before_call();
        if (syncs_fail_ || no_room_) return fail(syncs_fail_ ? EIO : ENOSPC);
        return keep(fd);
    }

    int rename(const char* from, const char* to) override {
        before_call();
        return names_fail_ ? fail(EIO) : DiskCalls::rename(from, to);
    }
    int unlink(const char* path) override {
        before_call();
        return names_fail_ ? fail(EIO) : DiskCalls::unlink(path);
    }
    std::future<bool> beside(std::function<bool()> work) override {
        if (threads_ == Threads::none) throw std::system_error(EAGAIN, std::generic_category());
        return threads_ == Threads::real ? DiskCalls::beside(std::move(work)) : done_at_once(work);
    }

    /// Whatever reaches the disk comes through here. Not with real threads.
    std::function<void()> before_call = [] {};

    enum class Threads { at_once, real, none };
    void use_threads(Threads threads) { threads_ = threads; }
    /// To rename and to remove.
    void fail_names(bool fail) { names_fail_ = fail; }
    void fail_syncs(bool fail) { syncs_fail_ = fail; }
    void fail_writes(bool fail) { writes_fail_ = fail; }
    /// For new files.
    void leave_no_room(bool none) { no_room_ = none; }
    /// So far.
    int writes() const { return writes_; }
    int syncs() const { return syncs_; }

    /// What is in `directory` was brought there, and is durable.
    void adopt(const std::filesystem::path& directory) {
        const std::lock_guard lock(mutex_);
        for (const auto& entry : std::filesystem::directory_iterator(directory / "log"))
            remember(entry.path());
        remember(directory / "log");
    }
    /// What a power cut at this moment leaves of the log in `directory`: contents as they were last synced;
    /// of the names that came and went since the folder was synced last, those for which `came_through` says
    /// so.
    void power_cut(
        const std::filesystem::path& directory, const std::filesystem::path& copy,
        const std::function<bool()>& came_through = [] { return false; }) {
        const std::lock_guard lock(mutex_);
        std::filesystem::remove_all(copy);
        std::filesystem::create_directories(copy / "log");
        auto names = names_[directory / "log"];
        const auto now = list(directory / "log");
        for (const auto& [name, file] : now)
            if (names.find(name) == names.end() && came_through()) names[name] = file;
        for (auto it = names.begin(); it != names.end();)
            it = now.find(it->first) == now.end() && came_through() ? names.erase(it) : std::next(it);
        for (const auto& [name, file] : names)
            write_file(copy / "log" / name, contents_[file]);
    }

private:
    static int fail(int error) {
        errno = error;
        return -1;
    }
    int keep(int fd) {
        ++syncs_;
        const std::lock_guard lock(mutex_);
        remember(std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd)));
        return 0;
    }
    using Names = std::map<std::filesystem::path, ino_t>;
    static Names list(const std::filesystem::path& folder) {
        Names names;
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            names[entry.path().filename()] = inode(entry.path());
        return names;
    }
    static ino_t inode(const std::filesystem::path& path) {
        struct stat info{};
        return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
    }
    void remember(const std::filesystem::path& path) {
        if (std::filesystem::is_directory(path))
            names_[path] = list(path);
        else
            contents_[inode(path)] = read_file(path);
    }

    std::mutex mutex_; // segments are made on another thread
    std::map<ino_t, std::string> contents_;
    std::map<std::filesystem::path, Names> names_;
    std::atomic<bool> syncs_fail_ = false;
    std::atomic<bool> writes_fail_ = false;
    std::atomic<bool> names_fail_ = false;
    std::atomic<bool> no_room_ = false;
    std::atomic<Threads> threads_ = Threads::at_once;
    std::atomic<int> writes_ = 0;
    std::atomic<int> syncs_ = 0;
};

inline std::unique_ptr<LogStore> open_small(const std::filesystem::path& directory, DiskCalls& calls) {
    return open_log(directory, {.segment_bytes = small_segment, .calls = &calls});
}

inline std::unique_ptr<LogStore> open_small(const std::filesystem::path& directory) {
    static QuickCalls calls;
    return open_small(directory, calls);
}

} // namespace bookstore::storage::test
