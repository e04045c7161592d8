#pragma once
/// \file
/// Configurations (see search.hpp), and a memory of those that were tried.
#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "history/effect.hpp"

namespace bookstore::history {

/// Operations under way, by slot.
class Slots {
public:
    static constexpr std::size_t count = 128;

    bool has(std::size_t slot) const { return (words_[slot / 64] >> slot % 64 & 1) != 0; }
    void add(std::size_t slot) { words_[slot / 64] |= std::uint64_t{1} << slot % 64; }
    void remove(std::size_t slot) { words_[slot / 64] &= ~(std::uint64_t{1} << slot % 64); }
    bool includes(const Slots& other) const {
        for (std::size_t i = 0; i < words_.size(); ++i)
            if ((other.words_[i] & ~words_[i]) != 0) return false;
        return true;
    }
    bool operator==(const Slots&) const = default;
    const auto& words() const { return words_; }

private:
    std::array<std::uint64_t, count / 64> words_{};
};

struct Configuration {
    State state;
    Slots changes;                   ///< operations under way that have changed the state
    Slots looks;                     ///< those that only look, and have
    std::vector<std::uint32_t> used; ///< of each kind that never returns: how many took effect
    std::size_t event = 0;           ///< how many events have happened
    std::uint32_t step = 0;          ///< the last one to it, in the search's list of steps
    std::uint32_t length = 0;        ///< how many steps there were
};

class Tried {
public:
    /// The first `certain_kinds` of Configuration::used must all take effect in the end.
    explicit Tried(std::size_t certain_kinds) : certain_kinds_(certain_kinds) {}

    /// False when one that is there makes it needless.
    bool add(const Configuration& configuration);
    const std::vector<Configuration>& all() const { return all_; }

private:
    std::uint64_t hash_of(const Configuration& c) const;
    bool comparable(const Configuration& a, const Configuration& b) const;
    bool covers(const Configuration& a, const Configuration& b) const;

    std::size_t certain_kinds_;
    std::vector<Configuration> all_;
    std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> by_hash_; ///< positions in all_
};

} // namespace bookstore::history
