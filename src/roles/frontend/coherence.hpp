#pragma once
/// \file
/// One `frontend` of tests/model/coherence.pml: its lease, its fences and its cache, and the rules that tie
/// the three together. Names as in the model.
#include <cstdint>
#include <string_view>
#include <vector>

#include <bookstore/base/error.hpp>
#include <bookstore/base/time.hpp>
#include <bookstore/cluster/lease.hpp>
#include <bookstore/roles/protocol.hpp>
#include <bookstore/shop/cache.hpp>

namespace bookstore::roles::frontend {

/// What at other loops is copied from a Coherence: told of each change when it has happened, in order. Not of
/// what is filled: copies are given what hits.
class Copies {
public:
    virtual ~Copies() = default;
    /// All that was cached is gone.
    virtual void registered(base::TimePoint until) = 0;
    virtual void held(base::TimePoint until) = 0;
    virtual void invalidated(const std::vector<shop::Tag>& tags, std::uint64_t index) = 0;
    virtual void dropped(const shop::Tag& tag) = 0;
};

/// Pure: no I/O and no clock; every `now` is monotonic and read by the caller for this very call, so that a
/// process that was stopped for a while finds its lease run out. Thread: the loop.
///
/// A read that starts under a live lease may show any version at or above its ticket's fence, however late
/// the answer comes: what was written after the read had started is not before it. A read that starts without
/// a lease may show nothing.
class Coherence {
public:
    /// No grant is believed for longer than `lease_max`, whatever it says.
    Coherence(cluster::FrontendSession who, shop::CacheLimits limits, base::Duration lease_max);

    /// `copies` outlives this. Before anything is granted.
    void copy_to(Copies& copies) { copies_ = &copies; }

    LeaseRequest request() const;

    /// A leader's answer to a request sent at `asked_at`. True when it registered this frontend anew, so that
    /// everything cached was dropped and every fence starts afresh.
    bool granted(const LeaseAnswer& answer, base::TimePoint asked_at, base::TimePoint now);
    /// The leader that we are registered with does not know us.
    void lost();
    bool live(base::TimePoint now) const { return holding_.live(now); }
    base::TimePoint until() const { return holding_.until(); }
    std::uint64_t term() const { return holding_.known_term(); }

    /// A leader is about to write. Once this is answered nothing older than the announced index is shown to a
    /// read that starts later. not_ready: it is not this session's lease that the leader waits for.
    base::result<InvalidationAnswer> invalidate(const Invalidation& message);
    /// Drops without a fence (GET /invalidate).
    void drop(const shop::Tag& tag);

    /// The answer cached for `key`, or null. Only under a live lease. Valid until the next call.
    const shop::CachedAnswer* hit(std::string_view key) { return cache_.find(key); }
    /// The same for a request as it is sent, if it is known which key that stands for; else null, and no
    /// miss.
    const shop::CachedAnswer* hit_as_sent(std::string_view target) { return cache_.find_named(target); }
    /// What may be copied now for who asks by this target, or null.
    const shop::CachedAnswer* copy_of(std::string_view target, base::TimePoint now) const {
        return live(now) ? cache_.peek_named(target) : nullptr;
    }
    /// What is kept under `key` may be asked for by this target.
    void learn(std::string_view key, std::string_view target) { cache_.name(key, target); }
    /// For a miss that starts now. Only under a live lease.
    shop::Cache::Ticket ticket(const Query& query) const;
    /// Whether a miss that starts now may share the answer to one that was sent with `sent`.
    bool covers(const shop::Cache::Ticket& sent, const Query& query) const;
    /// A miss's answer arrives: kept if the lease lives, the registration is the ticket's, and no fence of
    /// what the answer depends on is above its version.
    bool fill(std::string_view key, const shop::Cache::Ticket& ticket, shop::CachedAnswer answer,
              base::TimePoint now);

    const shop::CacheFigures& figures() const { return cache_.figures(); }

private:
    /// The newest announcement that was acknowledged.
    struct Announced {
        std::uint64_t term = 0;
        std::uint64_t index = 0;
    };

    Copies* copies_ = nullptr; ///< null: there are none
    cluster::FrontendSession who_;
    base::Duration lease_max_;
    shop::Cache cache_;
    cluster::LeaseHolding holding_;
    Announced announced_;
};

} // namespace bookstore::roles::frontend
