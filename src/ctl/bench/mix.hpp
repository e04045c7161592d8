#pragma once
/// \file
/// What buyers do, and how often: one deed only, or one of the mixes of TPC-W (1.8, 5.3.1).
#include <array>
#include <string>
#include <string_view>

#include <bookstore/base/random.hpp>

namespace bookstore::ctl::bench {

enum class Deed : std::uint8_t { lookup, search, buy };
inline constexpr std::size_t deeds = 3;
std::string_view to_string(Deed deed);

struct Mix {
    std::string name;
    std::array<unsigned, deeds> percent; ///< by deed; a hundred together

    Deed draw(base::Random& dice) const;
    bool has(Deed deed) const { return percent[static_cast<std::size_t>(deed)] > 0; }
};

/// One of the mixes, or "buy:40": of a hundred requests 40 purchases, and lookups. Throws UsageError that
/// names what there is.
Mix mix_called(const std::string& name);

} // namespace bookstore::ctl::bench
