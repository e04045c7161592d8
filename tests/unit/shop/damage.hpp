#pragma once
/// \file
/// Damages encoded bytes in every way that is cheap to try. Under the sanitizers this also shows that no
/// decoder reads outside its input.
#include <string>
#include <string_view>

#include <bookstore/base/random.hpp>

namespace bookstore::shop::test {

/// Calls `decode` with every proper prefix of `bytes`.
template <typename Decode>
void truncate(const std::string& bytes, Decode decode) {
    for (std::size_t size = 0; size < bytes.size(); ++size)
        decode(std::string_view(bytes).substr(0, size));
}

/// Calls `decode` with `bytes` after one to four random changes of a byte, `times` times.
template <typename Decode>
void flip(const std::string& bytes, base::Random& dice, int times, Decode decode) {
    for (int i = 0; i < times; ++i) {
        std::string damaged = bytes;
        for (std::uint64_t flips = 1 + dice.below(4); flips > 0; --flips)
            damaged[dice.below(damaged.size())] = static_cast<char>(dice.below(256));
        decode(damaged);
    }
}

} // namespace bookstore::shop::test
