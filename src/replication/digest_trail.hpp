#pragma once
/// \file
/// The digests of the versions that a replica was at last, for those who ask about one of them.
#include <cstdint>
#include <deque>
#include <optional>

namespace bookstore::replication {

class DigestTrail {
public:
    static constexpr std::size_t versions_max = 4'096;

    /// Versions follow each other; one that does not begins the trail anew.
    void add(std::uint64_t version, std::uint64_t digest) {
        if (digests_.empty() || version != first_ + digests_.size()) {
            digests_.clear();
            first_ = version;
        }
        digests_.push_back(digest);
        if (digests_.size() <= versions_max) return;
        digests_.pop_front();
        ++first_;
    }
    std::optional<std::uint64_t> at(std::uint64_t version) const {
        if (version < first_ || version - first_ >= digests_.size()) return std::nullopt;
        return digests_[static_cast<std::size_t>(version - first_)];
    }

private:
    std::uint64_t first_ = 0;
    std::deque<std::uint64_t> digests_;
};

} // namespace bookstore::replication
