#pragma once
/// \file
/// What all clients of a torture saw, and when: the history for the checker, and the figures for people.
#include <string>
#include <vector>

#include <bookstore/base/scheduler.hpp>
#include <bookstore/history/operation.hpp>

namespace bookstore::ctl::torture {

using history::Instant;

/// Moments of one kind, in the order of time.
class Moments {
public:
    void add(Instant at) { all_.push_back(at); }
    std::size_t count() const { return all_.size(); }
    Instant last() const { return all_.empty() ? 0 : all_.back(); }
    std::size_t count(Instant from, Instant to) const;
    /// The longest time between two of them that follow each other, of which a part lies in [from, to].
    Instant longest_gap(Instant from, Instant to) const;

private:
    std::vector<Instant> all_;
};

/// How calls of one kind went.
struct Calls {
    Moments answered; ///< begins with the beginning, and ends with the end
    Moments failed;   ///< nothing came, or nothing that says what was done
};

/// Loop thread only.
class Recorder {
public:
    static constexpr std::size_t operations_max = 2'000'000;

    explicit Recorder(base::Scheduler& scheduler) : scheduler_(scheduler) {}

    /// Nanoseconds on the loop's clock.
    Instant now() const { return scheduler_.now().time_since_epoch().count(); }

    /// The figures count from here, and to there.
    void begin();
    void finish();

    /// With a return of now, unless nobody knows what became of it.
    void add(std::uint64_t client, Instant call, decltype(history::Operation::what) what, bool known = true);
    /// An answer that no shop should give. The first few are kept.
    void add_wrong(std::string what);

    bool full() const { return history_.size() >= operations_max; }
    const history::History& history() const { return history_; }
    history::History take() { return std::move(history_); }

    const std::vector<std::string>& wrong() const { return wrong_; }
    std::size_t wrong_count() const { return wrong_count_; }

    Calls buys, reads;
    std::size_t changes = 0;
    std::size_t sold_out = 0; ///< of the answered buys
    Instant began = 0, ended = 0;

private:
    base::Scheduler& scheduler_;
    history::History history_;
    std::vector<std::string> wrong_;
    std::size_t wrong_count_ = 0;
};

} // namespace bookstore::ctl::torture
