#include "shop/fences.hpp"

#include <algorithm>

namespace bookstore::shop {

void Fences::reset(std::uint64_t fence) {
    own_.clear();
    base_ = fence;
    highest_ = fence;
}

void Fences::raise(std::string_view tag, std::uint64_t index) {
    if (index <= base_) return;
    highest_ = std::max(highest_, index);
    const auto found = own_.find(tag);
    if (found != own_.end()) {
        found->second = std::max(found->second, index);
    } else if (own_.size() < tags_max_) {
        own_.emplace(tag, index);
    } else {
        // Full: the base takes the place of all. A fence that is too high only turns down fills that would
        // have been right, and asks of misses a version that the log reaches anyway, for it was announced for
        // a write that is proposed next (or the leader is gone, and a new registration starts afresh).
        raise_all(highest_);
    }
}

void Fences::raise_all(std::uint64_t index) {
    base_ = std::max(base_, index);
    highest_ = std::max(highest_, base_);
    if (base_ == highest_) own_.clear();
}

std::uint64_t Fences::highest(const std::vector<Tag>& tags) const {
    std::uint64_t fence = base_;
    for (const Tag& tag : tags) {
        const auto found = own_.find(tag);
        if (found != own_.end()) fence = std::max(fence, found->second);
    }
    return fence;
}

} // namespace bookstore::shop
