#pragma once
/// \file
/// Finds things by the key that is in them.
#include <array>
#include <cstddef>
#include <string_view>

#include <boost/unordered/unordered_flat_set.hpp>

#include <bookstore/base/hash.hpp>

namespace bookstore::shop {

/// Holds addresses alone: what they point to stays where it is, and its key(), which no other has, what it
/// is, for as long as it is in here. Consists of many small tables: one that grows moves no more than its
/// own, and the loop does not wait for millions to be moved at once.
template <typename T>
class KeyIndex {
public:
    T* find(std::string_view key) const {
        const auto& part = part_of(key);
        const auto found = part.find(key);
        return found == part.end() ? nullptr : *found;
    }
    /// False, and nothing happens, when the key is taken.
    bool insert(T& thing) { return part_of(thing.key()).insert(&thing).second; }
    void erase(const T& thing) {
        auto& part = part_of(thing.key());
        part.erase(part.find(thing.key()));
    }
    std::size_t size() const {
        std::size_t things = 0;
        for (const auto& part : parts_)
            things += part.size();
        return things;
    }

private:
    static std::string_view key_of(std::string_view key) { return key; }
    static std::string_view key_of(const T* thing) { return thing->key(); }

    struct Hash {
        using is_transparent = void;
        std::size_t operator()(const auto& of) const { return base::TableHash{}(key_of(of)); }
    };
    struct Equal {
        using is_transparent = void;
        bool operator()(const auto& a, const auto& b) const { return key_of(a) == key_of(b); }
    };
    using Part = boost::unordered_flat_set<T*, Hash, Equal>;

    static constexpr unsigned part_bits = 8;
    static std::size_t part_number(std::string_view key) {
        return base::TableHash{}(key) >> (64 - part_bits);
    }
    const Part& part_of(std::string_view key) const { return parts_[part_number(key)]; }
    Part& part_of(std::string_view key) { return parts_[part_number(key)]; }

    std::array<Part, 1u << part_bits> parts_;
};

} // namespace bookstore::shop
