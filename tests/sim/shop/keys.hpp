#pragma once
/// \file
/// What clients asked for under each key, and what they were told: one key is one purchase with one content.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <bookstore/shop/order.hpp>

namespace bookstore::shopsim {

/// Lines as asked for.
using Content = std::vector<shop::Line>;

class Keys {
public:
    /// A try begins.
    void asked(const std::string& key, const Content& content) { of(key).asked.insert(content); }
    /// Was the key's purchase known to be bought, with another content, by now? Then a try can only be told
    /// so.
    bool must_conflict(const std::string& key, const Content& content) {
        const auto& bought = of(key).bought;
        return bought && *bought != content;
    }
    /// Told "422": somebody must have asked for something else. Says what is wrong, if anything is.
    std::optional<std::string> conflicted(const std::string& key) {
        if (of(key).asked.size() > 1) return std::nullopt;
        return "422 for the key " + key + ", under which nobody ever asked for anything else";
    }
    std::optional<std::string> bought(const std::string& key, const Content& content) {
        auto& known = of(key).bought;
        if (known && *known != content) return "the key " + key + " bought two different things";
        known = content;
        return std::nullopt;
    }
    std::size_t count() const { return keys_.size(); }
    /// Some purchase of those asked for so far.
    template <typename Dice>
    std::pair<std::string, Content> any(Dice& random) const {
        auto it = keys_.begin();
        std::advance(it, static_cast<std::ptrdiff_t>(random.below(keys_.size())));
        return {it->first, *it->second.asked.begin()};
    }

private:
    struct Known {
        std::set<Content> asked;
        std::optional<Content> bought;
    };
    Known& of(const std::string& key) { return keys_[key]; }

    std::map<std::string, Known> keys_;
};

} // namespace bookstore::shopsim
