#pragma once
/// \file
/// The lowest version that may be shown, for every key of the coherence protocol (`fence` in
/// tests/model/sharing.pml).
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <bookstore/shop/tags.hpp>

#include "shop/string_map.hpp"

namespace bookstore::shop {

/// Thread: the loop.
class Fences {
public:
    explicit Fences(std::size_t tags_max) : tags_max_(tags_max) {}

    /// Starts afresh with the fence of a registration, for every tag. It may be lower than before: an index
    /// that was announced and never proposed is not waited for under the next leader.
    void reset(std::uint64_t fence);
    /// Fences only rise until the next reset.
    void raise(std::string_view tag, std::uint64_t index);
    void raise_all(std::uint64_t index);

    std::uint64_t base() const { return base_; }
    std::uint64_t highest() const { return highest_; } ///< of all tags
    std::uint64_t highest(const std::vector<Tag>& tags) const;

private:
    std::size_t tags_max_;
    std::uint64_t base_ = 0;
    std::uint64_t highest_ = 0;
    StringMap<std::uint64_t> own_; ///< of tags whose fence was above the base when it was raised
};

} // namespace bookstore::shop
