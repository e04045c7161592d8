#pragma once
/// \file
/// Sets of configurations (see search.hpp) without those that another one makes needless.
#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include <bookstore/base/hash.hpp>

#include "history/effect.hpp"

namespace bookstore::history {

/// Operations under way, by slot.
class Slots {
public:
    static constexpr std::size_t count_max = 256;

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
    std::array<std::uint64_t, count_max / 64> words_{};
};

struct Configuration {
    State state;
    Slots changes; ///< operations under way that have changed the state
    Slots looks;   ///< those that only look, and have
    std::vector<std::uint32_t>
        must; ///< for each kind of operation that never returns and took effect: how many
    std::vector<std::uint32_t> may; ///< the same for those that need not have
    std::uint32_t step = 0;         ///< the last one to it, in the search's list of steps
    std::uint32_t length = 0;       ///< how many there were
};

class Configurations {
public:
    /// False when one that is there makes it needless. Takes out those that it makes needless.
    bool add(Configuration configuration) {
        auto& alike = by_hash_[hash_of(configuration)];
        for (std::size_t i = 0; i < alike.size();) {
            Configuration& there = all_[alike[i]];
            if (!comparable(there, configuration)) {
                ++i;
                continue;
            }
            if (covers(there, configuration)) return false;
            if (covers(configuration, there)) {
                needless_[alike[i]] = true;
                alike[i] = alike.back();
                alike.pop_back();
                continue;
            }
            ++i;
        }
        alike.push_back(all_.size());
        all_.push_back(std::move(configuration));
        needless_.push_back(false);
        return true;
    }

    /// Positions stay; one may become needless while others are added.
    std::size_t size() const { return all_.size(); }
    bool needless(std::size_t at) const { return needless_[at]; }
    const Configuration& operator[](std::size_t at) const { return all_[at]; }

    /// Those that are not needless.
    std::vector<Configuration> take() {
        std::vector<Configuration> kept;
        for (std::size_t i = 0; i < all_.size(); ++i)
            if (!needless_[i]) kept.push_back(std::move(all_[i]));
        return kept;
    }

private:
    static std::uint64_t hash_of(const Configuration& c) {
        std::array<std::int64_t, 3> state{c.state ? 1 : 0, c.state ? c.state->stock : 0,
                                          c.state ? c.state->cost : 0};
        std::uint64_t hash = hash_bytes(state);
        hash = hash * 31 + hash_bytes(c.changes.words());
        for (const std::uint32_t used : c.must)
            hash = hash * 1'000'003 + used;
        return hash;
    }
    template <typename Array>
    static std::uint64_t hash_bytes(const Array& words) {
        return base::hash64({reinterpret_cast<const char*>(words.data()), sizeof words});
    }
    static bool comparable(const Configuration& a, const Configuration& b) {
        return a.state == b.state && a.changes == b.changes && a.must == b.must;
    }
    /// `a` can do all that `b` can.
    static bool covers(const Configuration& a, const Configuration& b) {
        if (!a.looks.includes(b.looks)) return false;
        for (std::size_t i = 0; i < a.may.size(); ++i)
            if (a.may[i] > b.may[i]) return false;
        return true;
    }

    std::vector<Configuration> all_;
    std::vector<bool> needless_;
    std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_hash_;
};

} // namespace bookstore::history
