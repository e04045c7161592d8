#pragma once
/// \file
/// The members of a JSON object, asked for with words for what is missing or wrong.
#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace bookstore::history {

/// What is wrong with one line; the reader adds its number.
class Wrong : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Thread: any. The object outlives this.
class Fields {
public:
    explicit Fields(const boost::json::object& object) : object_(object) {}

    bool has(std::string_view name) const { return find(name) != nullptr; }

    /// Stock, cost and the like: so bounded that sums over a whole history cannot overflow.
    std::int64_t amount(std::string_view name, std::int64_t least = -amount_max) const {
        const std::int64_t value = integer(name, least);
        if (value > amount_max || value < -amount_max)
            throw Wrong(quoted(name) + " must be at most " + std::to_string(amount_max));
        return value;
    }
    std::optional<std::int64_t> maybe_amount(std::string_view name) const {
        return has(name) ? std::optional(amount(name)) : std::nullopt;
    }
    std::int64_t integer(std::string_view name,
                         std::int64_t least = std::numeric_limits<std::int64_t>::min()) const {
        const boost::json::value* found = find(name);
        boost::system::error_code wrong;
        const std::int64_t value =
            found != nullptr && found->is_number() ? found->to_number<std::int64_t>(wrong) : 0;
        if (found == nullptr || !found->is_number() || wrong || value < least)
            throw Wrong(quoted(name) + " must be a whole number" +
                        (least < -amount_max ? "" : " of at least " + std::to_string(least)));
        return value;
    }
    std::optional<std::int64_t> maybe_integer(std::string_view name) const {
        return has(name) ? std::optional(integer(name)) : std::nullopt;
    }
    std::uint64_t number(std::string_view name, std::uint64_t otherwise) const {
        return has(name) ? static_cast<std::uint64_t>(integer(name, 0)) : otherwise;
    }
    std::string text(std::string_view name) const {
        const boost::json::value* found = find(name);
        if (found == nullptr || !found->is_string()) throw Wrong(quoted(name) + " must be a string");
        return std::string(found->get_string());
    }
    std::string text(std::string_view name, std::string_view otherwise) const {
        return has(name) ? text(name) : std::string(otherwise);
    }
    bool boolean(std::string_view name) const {
        const boost::json::value* found = find(name);
        if (found == nullptr || !found->is_bool()) throw Wrong(quoted(name) + " must be true or false");
        return found->get_bool();
    }
    const boost::json::array& array(std::string_view name) const {
        const boost::json::value* found = find(name);
        if (found == nullptr || !found->is_array()) throw Wrong(quoted(name) + " must be an array");
        return found->get_array();
    }
    /// One of `words`.
    template <typename Enum>
    Enum one_of(std::string_view name, std::initializer_list<std::pair<std::string_view, Enum>> words) const {
        const std::string given = text(name);
        std::string allowed;
        for (const auto& [word, value] : words) {
            if (word == given) return value;
            allowed += (allowed.empty() ? "" : ", ") + std::string(word);
        }
        throw Wrong(quoted(name) + " is \"" + given.substr(0, 40) + "\"; allowed are " + allowed);
    }

private:
    static constexpr std::int64_t amount_max = 100'000'000'000;

    /// null counts as missing.
    const boost::json::value* find(std::string_view name) const {
        const boost::json::value* found = object_.if_contains(name);
        return found == nullptr || found->is_null() ? nullptr : found;
    }
    static std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

    const boost::json::object& object_;
};

} // namespace bookstore::history
