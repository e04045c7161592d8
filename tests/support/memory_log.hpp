#pragma once
/// \file
/// A log store in memory that outlives its process, and can be made to fail.
#include <optional>
#include <stdexcept>
#include <string>

#include <bookstore/base/error.hpp>
#include <bookstore/storage/log_store.hpp>

namespace bookstore::test {

/// What survives a crash. Every write is synced: under a VirtualWorker it happens at its end or, when the
/// process dies before, not at all.
struct LogDisk {
    storage::LoadedLog content;
    std::uint64_t writes = 0;
    std::optional<std::uint64_t> writes_left; ///< then every write fails
    std::string damage;                       ///< empty: none; else what is wrong with what it holds

    std::uint64_t last_index() const { return content.base_index + content.records.size(); }
};

class MemoryLog final : public storage::LogStore {
public:
    explicit MemoryLog(LogDisk& disk) : disk_(disk) {}

    storage::LoadedLog load() override {
        verify();
        return disk_.content;
    }
    void write(const storage::LogWrite& step) override;
    storage::Scrubbed scrub(std::size_t) override {
        verify();
        return {disk_.content.records.size(), true};
    }
    std::string set_aside() override {
        disk_.content = {};
        disk_.content.another_set_aside = true;
        disk_.damage.clear();
        return "log.damaged";
    }

private:
    void verify() const {
        if (!disk_.damage.empty()) throw storage::Damaged("log: damaged: " + disk_.damage);
    }
    void spend() {
        if (disk_.writes_left && (*disk_.writes_left)-- == 0) {
            disk_.writes_left = 0;
            throw std::runtime_error("log: disk I/O error");
        }
        ++disk_.writes;
    }
    void compact(std::uint64_t to);

    LogDisk& disk_;
};

inline void MemoryLog::write(const storage::LogWrite& step) {
    spend();
    auto& log = disk_.content;
    if (step.vote) log.vote = *step.vote;
    if (step.truncate_from && *step.truncate_from <= disk_.last_index()) {
        INVARIANT(*step.truncate_from > log.base_index);
        log.records.resize(*step.truncate_from - log.base_index - 1);
    }
    for (const auto& record : step.append) {
        INVARIANT(record.index == disk_.last_index() + 1);
        log.records.push_back(record);
    }
    if (step.compact_to) compact(*step.compact_to);
    if (step.metadata) log.metadata = *step.metadata;
    if (step.reset) {
        log.records.clear();
        log.base_index = step.reset->base_index;
        log.base_term = step.reset->base_term;
    }
}

inline void MemoryLog::compact(std::uint64_t to) {
    auto& log = disk_.content;
    if (to <= log.base_index) return;
    INVARIANT(to <= disk_.last_index());
    const auto count = to - log.base_index;
    log.base_term = log.records[count - 1].term;
    log.base_index = to;
    log.records.erase(log.records.begin(), log.records.begin() + static_cast<std::ptrdiff_t>(count));
}

} // namespace bookstore::test
