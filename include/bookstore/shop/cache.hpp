#pragma once
/// \file
/// A frontend's cache: answers ready to send, and the fences that keep stale ones out.
/// The protocol is DESIGN section 5; names as in tests/model/coherence.pml.
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/shop/tags.hpp>

namespace bookstore::shop {

struct CacheLimits {
    std::size_t bytes_max = 64u << 20;
    std::size_t entries_max = 100'000;
};

struct CachedAnswer {
    int status = 200;
    std::string body;
    std::uint64_t version = 0;  ///< commit index it was read at
    std::vector<Tag> tags;      ///< what it depends on
};

struct CacheFigures {
    std::uint64_t hits = 0, misses = 0, fills = 0, fills_rejected = 0, invalidations = 0, evictions = 0, drops = 0;
    std::size_t entries = 0, bytes = 0;
};

/// Thread: the loop. Pure: whether the lease lives is the caller's to know and to ask before every hit.
class Cache {
public:
    /// What a fill in flight must show to be stored: taken when the miss is sent.
    struct Ticket {
        std::uint64_t registration = 0;
        std::uint64_t fence = 0; ///< least version that the answer may be read at
    };

    explicit Cache(CacheLimits limits);
    ~Cache();

    /// Registered anew, in whatever term: everything cached is dropped, every key's fence is `fence`.
    void reset(std::uint64_t fence);

    /// The answer kept under `key` (a request, e.g. "lookup/3"), most recently used from now on. Valid until
    /// the next call that is not const.
    const CachedAnswer* find(std::string_view key);

    /// For a miss: `tags` are those known before the answer is. The fence is the highest among them.
    Ticket ticket(const std::vector<Tag>& tags) const;

    /// Stores, unless there was a reset since the ticket, or a fence of one of the answer's tags is above its
    /// version. Evicts the least recently used beyond the limits; an answer larger than an eighth of bytes_max
    /// is not kept.
    bool fill(std::string_view key, const Ticket& ticket, CachedAnswer answer);

    /// Before a write at `index`: drops what depends on `tag` and raises its fence to `index`.
    void invalidate(std::string_view tag, std::uint64_t index);
    /// Drops what depends on `tag`; no fence moves (GET /invalidate).
    void drop(std::string_view tag);

    const CacheFigures& figures() const;
    std::uint64_t base_fence() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bookstore::shop
