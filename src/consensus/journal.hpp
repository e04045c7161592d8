#pragma once
/// \file
/// What the core has asked of the disk, and how far the disk has got. The disk works in order, so one
/// sequence number tells all; an index is durable when the write that appended it is, and nothing truncated
/// it since.
#include <cstdint>
#include <deque>
#include <optional>

#include <bookstore/base/time.hpp>
#include <bookstore/consensus/event.hpp>

namespace bookstore::consensus {

class Journal {
public:
    /// `durable`: last index of the log that was restored.
    explicit Journal(LogIndex durable) : durable_index_(durable) {}

    /// Each adds to the one write of the step under way.
    void write(const HardState& hard_state);
    void truncate_from(LogIndex index);
    void append(Entry entry);
    void compact_to(LogIndex index, std::optional<Configuration> base_configuration = {});
    /// Ends the step: what it has to write, if anything.
    std::optional<Persist> take(base::TimePoint now);

    /// A snapshot took the log's place on disk; nothing was under way.
    void restart_at(LogIndex base);
    void persisted(std::uint64_t sequence);

    bool is_durable(std::uint64_t sequence) const { return sequence <= durable_sequence_; }
    LogIndex durable_index() const { return durable_index_; }
    /// The writes that a message must wait for which rests on term and vote, or on the log as it is now.
    std::uint64_t hard_state_sequence() const { return hard_state_sequence_; }
    std::uint64_t log_sequence() const { return log_sequence_; }
    /// When the oldest write that is not durable yet was asked for.
    std::optional<base::TimePoint> waiting_since() const;

private:
    struct Outstanding {
        std::uint64_t sequence = 0;
        LogIndex last_index{}; ///< durable with it: 0 when it appends nothing
        base::TimePoint asked{};
    };
    Persist& open();

    std::optional<Persist> step_;
    std::deque<Outstanding> outstanding_;
    std::uint64_t sequence_ = 0;
    std::uint64_t durable_sequence_ = 0;
    std::uint64_t hard_state_sequence_ = 0;
    std::uint64_t log_sequence_ = 0;
    LogIndex durable_index_;
};

} // namespace bookstore::consensus
