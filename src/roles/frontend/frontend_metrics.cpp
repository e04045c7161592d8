#include "roles/frontend/frontend_metrics.hpp"

#include <string>
#include <string_view>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>

namespace bookstore::roles::frontend {
namespace {

struct CacheCounter {
    std::string_view name, help;
    std::uint64_t shop::CacheFigures::* figure;
};

constexpr std::array<CacheCounter, 7> cache_table{{
    {"bookstored_cache_hits_total", "Reads answered from the cache.", &shop::CacheFigures::hits},
    {"bookstored_cache_misses_total", "Reads that the cache had no answer for.", &shop::CacheFigures::misses},
    {"bookstored_cache_fills_total", "Answers put into the cache.", &shop::CacheFigures::fills},
    {"bookstored_cache_fills_rejected_total", "Answers that a write had overtaken: shown, but not kept.",
     &shop::CacheFigures::fills_rejected},
    {"bookstored_cache_invalidations_total", "Answers dropped because a write was announced.",
     &shop::CacheFigures::invalidations},
    {"bookstored_cache_evictions_total", "Answers dropped for want of room.", &shop::CacheFigures::evictions},
    {"bookstored_cache_drops_total", "Answers dropped by a new registration or by GET /invalidate.",
     &shop::CacheFigures::drops},
}};

constexpr std::array<std::string_view, 5> outcomes{"bought", "out_of_stock", "unknown_item", "key_reused",
                                                   "failed"};

} // namespace

FrontendMetrics::FrontendMetrics(base::Metrics& metrics)
    : entries_(metrics.gauge("bookstored_cache_entries", "Answers in the cache.")),
      bytes_(metrics.gauge("bookstored_cache_bytes", "Memory that the cache's answers take.")),
      shared_(metrics.counter("bookstored_cache_shared_misses_total", "Misses that shared another's query.")),
      reads_retried_(metrics.counter("bookstored_read_retries_total", "Queries sent to a further replica.")),
      registered_(
          metrics.counter("bookstored_lease_registrations_total", "Registrations with a catalog leader.")),
      lost_(
          metrics.counter("bookstored_lease_losses_total", "Leases that ran out before they were renewed.")),
      purchases_retried_(
          metrics.counter("bookstored_purchase_retries_total", "Purchases sent to a further replica.")) {
    for (std::size_t i = 0; i < cache_.size(); ++i)
        cache_[i] = &metrics.counter(std::string(cache_table[i].name), std::string(cache_table[i].help));
    for (std::size_t i = 0; i < purchases_.size(); ++i)
        purchases_[i] = &metrics.counter("bookstored_purchases_total", "Purchases, by how they ended.",
                                         {{"outcome", std::string(outcomes[i])}});
}

void FrontendMetrics::cache(const shop::CacheFigures& main) {
    shop::CacheFigures figures = main;
    figures.hits += hits_elsewhere();
    for (std::size_t i = 0; i < cache_.size(); ++i) {
        const auto figure = cache_table[i].figure;
        if (const auto grown = figures.*figure - shown_.*figure)
            cache_[i]->Increment(static_cast<double>(grown));
    }
    entries_.Set(static_cast<double>(figures.entries));
    bytes_.Set(static_cast<double>(figures.bytes));
    shown_ = figures;
}

void FrontendMetrics::shared_miss() {
    ++shared_misses_;
    shared_.Increment();
}

void FrontendMetrics::read_retried() {
    reads_retried_.Increment();
}

void FrontendMetrics::registered() {
    ++registrations_;
    registered_.Increment();
}

void FrontendMetrics::lease_lost() {
    ++lease_losses_;
    lost_.Increment();
}

void FrontendMetrics::purchase_ended(const base::result<PurchaseAnswer>& answer) {
    const auto outcome = answer ? static_cast<std::size_t>(answer->result) : purchase_outcomes - 1;
    purchases_.at(outcome)->Increment();
}

void FrontendMetrics::purchase_retried() {
    purchases_retried_.Increment();
}

} // namespace bookstore::roles::frontend
