#pragma once
/// \file
/// The one table of configuration keys. --help, --print-config, the checks and etc/bookstored.conf all follow
/// it.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <bookstore/cluster/config.hpp>

namespace bookstore::cluster {

/// What a key takes, and where it goes. A setter of text or of a list throws std::invalid_argument when the
/// value is not among those that Key::allowed describes.
using SetNumber = void (*)(Config&, std::uint64_t);
using SetText = void (*)(Config&, const std::string&);
using SetList = void (*)(Config&, const std::vector<std::string>&);

struct Range {
    std::uint64_t least = 0, most = 0; ///< both included; of numbers only
};

struct Key {
    std::string_view section; ///< "process": stands on the command line and in the environment without it
    std::string_view name;    ///< within the section
    std::string_view placeholder;
    std::string_view fallback; ///< the default as it would be written; empty: there is none
    std::string_view unit;     ///< empty: a plain count, or no number
    Range range;
    std::string_view allowed; ///< of text and lists: what may be written
    std::string_view help;
    std::variant<SetNumber, SetText, SetList> set;

    /// "http.idle-ms", or "role" for the section [process].
    std::string option() const;
    /// "http.idle-ms", "process.role": as the file's parser names it.
    std::string in_file() const;
    /// "BOOKSTORED_HTTP_IDLE_MS"
    std::string variable() const;
    /// "a whole number from 10 to 3600000 (ms)"
    std::string what_is_allowed() const;
    bool is_list() const { return std::holds_alternative<SetList>(set); }
};

/// In the order of etc/bookstored.conf; the keys of a section stand together.
std::span<const Key> all_keys();

/// Parses `values` (one, unless it is a list) and stores it. Throws std::invalid_argument when it is not
/// allowed.
void store(const Key& key, const std::vector<std::string>& values, Config& config);

} // namespace bookstore::cluster
