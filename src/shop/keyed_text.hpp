#pragma once
/// \file
/// A key with a text behind it in one piece of memory, and no more of it than
/// they need: a shop remembers millions.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

#include <bookstore/base/error.hpp>

namespace bookstore::shop {

class KeyedText {
public:
    KeyedText() = default;
    /// A key has at most 255 bytes.
    KeyedText(std::string_view key, std::string_view text)
        : bytes_(std::make_unique_for_overwrite<char[]>(key.size() + text.size())),
          text_bytes_(static_cast<std::uint32_t>(text.size())),
          key_bytes_(static_cast<std::uint8_t>(key.size())) {
        INVARIANT(key.size() <= std::numeric_limits<std::uint8_t>::max());
        INVARIANT(text.size() <= std::numeric_limits<std::uint32_t>::max());
        std::ranges::copy(text, std::ranges::copy(key, bytes_.get()).out);
    }

    std::string_view key() const { return {bytes_.get(), key_bytes_}; }
    std::string_view text() const { return {bytes_.get() + key_bytes_, text_bytes_}; }

private:
    std::unique_ptr<char[]> bytes_;
    std::uint32_t text_bytes_ = 0;
    std::uint8_t key_bytes_ = 0;
};

} // namespace bookstore::shop
