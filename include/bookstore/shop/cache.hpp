#pragma once
/// \file
/// A frontend's cache: answers ready to send, and the fences that keep stale ones out.
/// The protocol is DESIGN section 5; names as in tests/model/sharing.pml.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/shop/tags.hpp>

namespace bookstore::shop {

struct CacheLimits {
    std::size_t bytes_max = 64u << 20; ///< of entries, with what it takes to find them
    std::size_t entries_max = 100'000;
    std::size_t fences_max = 100'000; ///< tags with a fence of their own
};

struct CachedAnswer {
    int status = 200;
    std::string body;
    std::uint64_t version = 0; ///< commit index it was read at
    std::vector<Tag> tags;     ///< what it depends on
    std::string head{};        ///< what goes in front of the body, made by who fills it; may be empty
};

struct CacheFigures {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t fills = 0;          ///< answers stored
    std::uint64_t fills_rejected = 0; ///< answers that may be stale by now, or older than the one kept
    std::uint64_t invalidations = 0;  ///< entries dropped by invalidate()
    std::uint64_t evictions = 0;      ///< entries dropped for want of room
    std::uint64_t drops = 0;          ///< entries dropped by drop() or reset()
    std::size_t entries = 0;          ///< now
    std::size_t bytes = 0;            ///< now
};

/// Thread: the loop. Costs: find is O(1), fill O(tags of the answer), invalidate and drop O(entries that have
/// the tag and their tags). Pure: whether the lease lives is the caller's to know and to ask before every
/// hit.
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

    /// Another name for what is kept under `key`, such as the request as it was sent; it goes with the entry.
    /// An entry has `names_max` of them, the latest. May evict, even this entry: what find() gave is not
    /// valid any more. A name that is in use stays what it is; which key it stands for must never change.
    void name(std::string_view key, std::string_view name);
    static constexpr std::size_t names_max = 4;
    static constexpr std::size_t name_bytes_max = 512; ///< a longer one is not kept

    /// As find(), by such a name. Finding nothing is no miss: whoever asks goes on to find().
    const CachedAnswer* find_named(std::string_view name);
    /// The same, and nothing changes: no use, no hit.
    const CachedAnswer* peek_named(std::string_view name) const;

    /// For a miss: `tags` are those known before the answer is. The fence is the highest among them; when
    /// "new" is one of them the answer may show any book, and the fence is the highest of all.
    Ticket ticket(const std::vector<Tag>& tags) const;

    /// Stores, unless there was a reset since the ticket, or the ticket's fence or a fence of one of the
    /// answer's tags is above its version, or a newer answer is kept under `key`. Evicts the least recently
    /// used beyond the limits; an answer larger than an eighth of bytes_max is not kept. Whether it was
    /// stored.
    bool fill(std::string_view key, const Ticket& ticket, CachedAnswer answer);

    /// Before a write at `index`: drops what depends on `tag` and raises its fence to `index`. "new" raises
    /// every key's: a book that is only just being added may belong to any answer.
    void invalidate(std::string_view tag, std::uint64_t index);
    /// Drops what depends on `tag`; no fence moves (GET /invalidate).
    void drop(std::string_view tag);

    const CacheFigures& figures() const;
    /// The fence of keys that have no higher one of their own.
    std::uint64_t base_fence() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bookstore::shop
