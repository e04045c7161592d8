#pragma once
/// \file
/// What a group replicates: a deterministic machine from commands to outcomes.
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/base/row_changes.hpp>
#include <bookstore/base/table.hpp>

namespace bookstore::base {

/// Every replica applies the same commands in the same order and must come to the same state: no clock, no
/// dice, no I/O, no dependence on addresses or on the order of a hash table. What a command needs of the
/// world (a time, an id) was put into it by its proposer.
///
/// Thread: the loop. Everything is in memory; persistence is the caller's, through take_changes() and load().
class StateMachine {
public:
    virtual ~StateMachine() = default;

    /// Applies one encoded command at `version` (its log index; several commands may share one, in order) and
    /// returns the encoded outcome. An undecodable or unknown command changes nothing and gives an outcome
    /// that says so: aborting here would stop every replica at the same entry.
    virtual std::string apply(std::string_view command, std::uint64_t version) = 0;

    /// The same where nobody wants the outcome.
    virtual void apply_unheard(std::string_view command, std::uint64_t version) {
        (void)apply(command, version);
    }

    /// The rows changed since the last call, each once and as it is now, in any order.
    virtual RowChanges take_changes() = 0;
    /// At least how many take_changes() would give: what has changed and is not taken stays in memory.
    virtual std::size_t changed_rows() const = 0;

    /// Empties the machine, to be filled by load(). Gives what it held: to let go of a gigabyte takes more
    /// than a second, and may be done on any thread.
    virtual std::shared_ptr<void> clear() = 0;
    /// One stored row of tables()[table]. Throws std::runtime_error on a row that cannot be.
    virtual void load(std::uint8_t table, const Row& row) = 0;

    virtual std::span<const Table> tables() const = 0;

    /// Sum over all rows of hash64 of each: independent of order, kept up to date by every command.
    virtual std::uint64_t digest() const = 0;
    /// The same, computed anew from the rows.
    virtual std::uint64_t recompute_digest() const = 0;
};

/// The hash of one row as digest() sums it.
std::uint64_t row_hash(std::uint8_t table, const Row& row);

/// The same of a row that need not be made: of its values. Keeps the memory that it works in.
class RowHasher {
public:
    template <typename... Values>
    std::uint64_t operator()(std::uint8_t table, const Values&... values) {
        begin(table, sizeof...(values));
        (add(values), ...);
        return end();
    }

private:
    friend std::uint64_t row_hash(std::uint8_t table, const Row& row);

    void begin(std::uint8_t table, std::size_t values);
    void add(std::int64_t value);
    void add(std::string_view value);
    std::uint64_t end() const;
    char* room_for(std::size_t bytes);
    void used_to(const char* end);

    std::string bytes_; ///< longer than what is used of it
    std::size_t used_ = 0;
};

} // namespace bookstore::base
