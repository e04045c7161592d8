#include "history/search.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "history/under_way.hpp"

namespace bookstore::history {
namespace {

/// A call or a return. At one instant calls come first: what touches overlaps.
struct Event {
    Instant at;
    bool is_return;
    std::size_t operation;
};

std::vector<Event> events_of(const std::vector<ItemOperation>& operations) {
    std::vector<Event> events;
    for (std::size_t i = 0; i < operations.size(); ++i) {
        events.push_back({operations[i].call, false, i});
        if (operations[i].returned != never) events.push_back({operations[i].returned, true, i});
    }
    std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
        return std::tuple(a.at, a.is_return, a.operation) < std::tuple(b.at, b.is_return, b.operation);
    });
    return events;
}

class Search {
public:
    Search(const ItemHistory& item, std::uint64_t configurations_max)
        : operations_(item.operations), under_way_(operations_), configurations_max_(configurations_max) {
        steps_.push_back({0, 0});
        Configuration first;
        first.must.resize(under_way_.must().size());
        first.may.resize(under_way_.may().size());
        frontier_.push_back(std::move(first));
    }

    SearchResult run() {
        for (const Event& event : events_of(operations_)) {
            if (event.is_return)
                returned(event.operation);
            else
                called(event.operation);
            if (result_.result != Result::correct) return std::move(result_);
        }
        end();
        return std::move(result_);
    }

private:
    struct Step {
        std::uint32_t before;
        std::uint32_t operation;
    };

    void called(std::size_t operation) {
        called_.push_back(operation);
        if (!under_way_.call(operation)) {
            result_.result = Result::undecided;
            return;
        }
        if (operations_[operation].returned == never || !operations_[operation].effect.preserves()) return;
        for (Configuration& c : frontier_)
            look(c);
    }

    void returned(std::size_t operation) {
        const std::size_t slot = under_way_.slot_of(operation);
        const bool is_look = operations_[operation].effect.preserves();
        const auto placed = [&](const Configuration& c) {
            return is_look ? c.looks.has(slot) : c.changes.has(slot);
        };
        Configurations next, trying;
        for (Configuration& c : frontier_)
            (placed(c) ? next : trying).add(std::move(c));
        for (std::size_t i = 0; i < trying.size() && within_bound(); ++i)
            if (!trying.needless(i)) carry_on(trying[i], operation, placed, next, trying);
        if (result_.result != Result::correct) return;
        frontier_ = next.take();
        if (frontier_.empty()) return fail(operation, trying);
        for (Configuration& c : frontier_)
            (is_look ? c.looks : c.changes).remove(slot);
        under_way_.returned(operation);
    }

    /// All that leads from `from` towards `target` by one step. (By value: `trying` grows.)
    template <typename Placed>
    void carry_on(Configuration from, std::size_t target, Placed placed, Configurations& next,
                  Configurations& trying) {
        const Effect& wanted = operations_[target].effect;
        if (!within_reach(from, wanted)) return;
        if (suffices(from, wanted)) return put(step(from, slot_choice(target)), next);
        under_way_.each_change(from, [&](Choice choice, const Effect& effect) {
            if (!effect.on(from.state)) return;
            Configuration to = step(from, choice);
            put(std::move(to), placed(to) ? next : trying);
        });
    }

    void put(Configuration c, Configurations& into) {
        ++result_.configurations;
        into.add(std::move(c));
    }

    Choice slot_choice(std::size_t operation) const {
        return {Choice::Of::slot, under_way_.slot_of(operation)};
    }

    /// True when `wanted` can be done now and nothing can be gained by doing something else before it.
    bool suffices(const Configuration& c, const Effect& wanted) const {
        if (!wanted.only_moves_stock() || !wanted.on(c.state) || under_way_.has_unmade_look(c)) return false;
        bool all = true;
        under_way_.each_change(c,
                               [&](Choice, const Effect& effect) { all = all && effect.only_moves_stock(); });
        return all;
    }

    /// False when nothing that is at hand can bring the state to what `wanted` needs.
    bool within_reach(const Configuration& c, const Effect& wanted) const {
        if (wanted.needs_absent) return !c.state;
        if (!c.state) return true;
        std::int64_t more = 0, less = 0;
        bool other_cost = false;
        const auto count = [&](const Effect& effect, std::size_t times) {
            const auto n = static_cast<std::int64_t>(times);
            (effect.delta > 0 ? more : less) += effect.delta * n;
            other_cost = other_cost || (n > 0 && effect.cost_to && effect.cost_to == wanted.cost_from());
        };
        under_way_.each_effect(c, count);
        const auto cost = wanted.cost_from();
        if (cost && *cost != c.state->cost && !other_cost) return false;
        return c.state->stock + more >= wanted.stock_from() && c.state->stock + less <= wanted.stock_to();
    }

    Configuration step(const Configuration& from, Choice choice) {
        Configuration to = from;
        const std::size_t operation = under_way_.operation(from, choice);
        to.state = *operations_[operation].effect.on(from.state);
        switch (choice.of) {
        case Choice::Of::slot:
            to.changes.add(choice.at);
            break;
        case Choice::Of::must:
            ++to.must[choice.at];
            break;
        case Choice::Of::may:
            ++to.may[choice.at];
            break;
        }
        note(to, operation);
        look(to);
        return to;
    }

    void look(Configuration& c) {
        under_way_.look(c, [&](std::size_t operation) { note(c, operation); });
    }

    void note(Configuration& c, std::size_t operation) {
        steps_.push_back({c.step, static_cast<std::uint32_t>(operation)});
        c.step = static_cast<std::uint32_t>(steps_.size() - 1);
        ++c.length;
    }

    /// What never returned and took effect all the same must still find a place.
    void end() {
        Configurations all;
        for (Configuration& c : frontier_)
            all.add(std::move(c));
        std::vector<std::size_t> waiting(all.size());
        std::iota(waiting.begin(), waiting.end(), 0);
        while (!waiting.empty() && within_bound()) {
            const Configuration from = all[waiting.back()];
            waiting.pop_back();
            if (under_way_.complete(from)) return;
            under_way_.each_change(from, [&](Choice choice, const Effect& effect) {
                if (!effect.on(from.state)) return;
                ++result_.configurations;
                if (all.add(step(from, choice))) waiting.push_back(all.size() - 1);
            });
        }
        if (result_.result == Result::correct) fail(first_missing(all), all);
    }

    /// Of the configuration that got farthest.
    std::size_t first_missing(const Configurations& all) const {
        const Configuration& best = all[farthest(all)];
        for (std::size_t k = 0; k < under_way_.must().size(); ++k)
            if (best.must[k] < under_way_.must()[k].operations.size())
                return under_way_.must()[k].operations[best.must[k]];
        return 0;
    }

    bool within_bound() {
        if (result_.configurations < configurations_max_) return true;
        result_.result = Result::undecided;
        return false;
    }

    std::vector<std::size_t> path_to(const Configuration& c) const {
        std::vector<std::size_t> path;
        for (std::uint32_t at = c.step; at != 0; at = steps_[at].before)
            path.push_back(steps_[at].operation);
        std::reverse(path.begin(), path.end());
        return path;
    }

    static std::size_t farthest(const Configurations& all) {
        std::size_t best = 0;
        for (std::size_t i = 1; i < all.size(); ++i)
            if (all[i].length > all[best].length) best = i;
        return best;
    }

    void fail(std::size_t misfit, const Configurations& tried) {
        constexpr std::size_t states_max = 6;
        result_.result = Result::violation;
        result_.misfit = misfit;
        result_.prefix = path_to(tried[farthest(tried)]);
        for (std::size_t i = 0; i < tried.size() && result_.states.size() < states_max; ++i)
            if (std::find(result_.states.begin(), result_.states.end(), tried[i].state) ==
                result_.states.end())
                result_.states.push_back(tried[i].state);
        const Instant end = operations_[misfit].returned;
        for (const std::size_t operation : called_)
            if (operation != misfit && operations_[operation].returned >= end &&
                std::find(result_.prefix.begin(), result_.prefix.end(), operation) == result_.prefix.end())
                result_.open.push_back(operation);
    }

    const std::vector<ItemOperation>& operations_;
    UnderWay under_way_;
    std::uint64_t configurations_max_;
    std::vector<Configuration> frontier_;
    std::vector<Step> steps_; ///< how each configuration was come to; the first is none
    std::vector<std::size_t> called_;
    SearchResult result_;
};

} // namespace

SearchResult search(const ItemHistory& item, std::uint64_t configurations_max) {
    return Search(item, configurations_max).run();
}

} // namespace bookstore::history
