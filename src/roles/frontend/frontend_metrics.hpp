#pragma once
/// \file
/// What a frontend counts, under its names in /metrics.
#include <array>
#include <cstdint>
#include <functional>
#include <utility>

#include <bookstore/base/metrics.hpp>
#include <bookstore/roles/protocol.hpp>
#include <bookstore/shop/cache.hpp>

namespace bookstore::roles::frontend {

/// Thread: the loop. `metrics` outlives this.
class FrontendMetrics {
public:
    explicit FrontendMetrics(base::Metrics& metrics);

    /// Brings the counters up to the cache's own. Not called for every hit, but at least at every renewal of
    /// the lease: that is how far the counters may trail.
    void cache(const shop::CacheFigures& figures);
    /// Whom to ask for the hits of further loops, which count as this cache's; outlives this.
    void hits_elsewhere(std::function<std::uint64_t()> hits) { hits_elsewhere_ = std::move(hits); }
    std::uint64_t hits_elsewhere() const { return hits_elsewhere_ ? hits_elsewhere_() : 0; }

    void shared_miss();
    void read_retried();
    void registered();
    void lease_lost();
    void purchase_ended(const base::result<PurchaseAnswer>& answer);
    void purchase_retried();

    std::uint64_t shared_misses() const { return shared_misses_; }
    std::uint64_t lease_losses() const { return lease_losses_; }
    std::uint64_t registrations() const { return registrations_; }

private:
    static constexpr std::size_t cache_counters = 7;
    static constexpr std::size_t purchase_outcomes = 5;

    std::array<prometheus::Counter*, cache_counters> cache_;
    std::array<prometheus::Counter*, purchase_outcomes> purchases_;
    prometheus::Gauge& entries_;
    prometheus::Gauge& bytes_;
    prometheus::Counter& shared_;
    prometheus::Counter& reads_retried_;
    prometheus::Counter& registered_;
    prometheus::Counter& lost_;
    prometheus::Counter& purchases_retried_;
    std::function<std::uint64_t()> hits_elsewhere_;
    shop::CacheFigures shown_; ///< as of the last cache()
    std::uint64_t shared_misses_ = 0, lease_losses_ = 0, registrations_ = 0;
};

} // namespace bookstore::roles::frontend
