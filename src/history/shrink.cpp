#include "history/shrink.hpp"

#include <algorithm>

namespace bookstore::history {
namespace {

constexpr std::uint64_t configurations_max = 50'000; ///< for one attempt
constexpr std::size_t attempts_max = 300;
constexpr std::size_t context = 2; ///< changes that are shown though they might be folded

class Shrinker {
public:
    Shrinker(const ItemHistory& item, const SearchResult& failed) : best_{item, failed} {}

    Shrunk run() {
        cut_off();
        leave_out_looks();
        fold_beginning();
        leave_out_looks();
        return std::move(best_);
    }

private:
    const ItemOperation& misfit() const { return best_.item.operations[best_.found.misfit]; }

    bool accept(ItemHistory smaller) {
        if (attempts_ == attempts_max) return false;
        ++attempts_;
        SearchResult found = search(smaller, configurations_max);
        if (found.result != Result::violation) return false;
        best_ = {std::move(smaller), std::move(found)};
        return true;
    }

    /// At the misfit's return.
    void cut_off() {
        const Instant end = misfit().returned;
        if (end == never) return;
        ItemHistory cut{best_.item.item, {}, best_.item.before};
        for (ItemOperation operation : best_.item.operations) {
            const bool later = operation.returned > end;
            if (operation.call > end || (later && operation.effect.preserves())) continue;
            if (later) {
                operation.returned = never;
                operation.certain = false;
            }
            cut.operations.push_back(operation);
        }
        accept(std::move(cut));
    }

    /// Large parts first, then smaller ones (Zeller and Hildebrandt, "Simplifying and isolating
    /// failure-inducing input", 2002).
    void leave_out_looks() {
        for (std::size_t part = best_.item.operations.size(); part > 0; part /= 2)
            for (std::size_t from = 0; from < best_.item.operations.size();)
                if (!leave_out(from, from + part)) from += part;
    }

    bool leave_out(std::size_t from, std::size_t to) {
        ItemHistory smaller{best_.item.item, {}, best_.item.before};
        for (std::size_t i = 0; i < best_.item.operations.size(); ++i) {
            const ItemOperation& operation = best_.item.operations[i];
            const bool out = i >= from && i < to && i != best_.found.misfit && operation.effect.preserves();
            if (!out) smaller.operations.push_back(operation);
        }
        if (smaller.operations.size() == best_.item.operations.size()) return false;
        return accept(std::move(smaller));
    }

    /// As late as it can be.
    void fold_beginning() {
        std::vector<Instant> moments;
        for (const ItemOperation& operation : best_.item.operations)
            if (operation.returned < misfit().call) moments.push_back(operation.returned);
        std::sort(moments.rbegin(), moments.rend());
        for (std::size_t i = context; i < moments.size() && attempts_ < attempts_max; ++i) {
            auto folded = fold(best_.item, moments[i]);
            if (folded && folded->operations.size() < best_.item.operations.size() &&
                accept(std::move(*folded)))
                return;
        }
    }

    Shrunk best_;
    std::size_t attempts_ = 0;
};

} // namespace

Shrunk shrink(const ItemHistory& item, const SearchResult& failed) {
    return Shrinker(item, failed).run();
}

} // namespace bookstore::history
