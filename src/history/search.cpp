#include "history/search.hpp"

#include <algorithm>

#include "history/under_way.hpp"

namespace bookstore::history {
namespace {

class Search {
public:
    Search(const ItemHistory& item, std::uint64_t configurations_max)
        : operations_(item.operations),
          events_(events_of(operations_)),
          under_way_(operations_, events_),
          tried_(under_way_.certain_kinds()),
          configurations_max_(configurations_max) {
        steps_.push_back({0, 0});
        Configuration first;
        first.used.resize(under_way_.kinds().size());
        to_try_.push_back(std::move(first));
    }

    SearchResult run() {
        while (!to_try_.empty()) {
            if (under_way_.crowded() || result_.configurations >= configurations_max_) {
                result_.result = Result::undecided;
                return std::move(result_);
            }
            Configuration c = std::move(to_try_.back());
            to_try_.pop_back();
            advance(c);
            if (c.event == events_.size() && under_way_.missing(c) == UnderWay::nothing)
                return std::move(result_);
            if (!tried_.add(c)) continue;
            ++result_.configurations;
            branch(c);
        }
        fail();
        return std::move(result_);
    }

private:
    struct Step {
        std::uint32_t before;
        std::uint32_t operation;
    };

    /// To the next return of what has not taken effect, or to the end.
    void advance(Configuration& c) {
        under_way_.move_to(c.event);
        for (; c.event < events_.size(); ++c.event, under_way_.move_to(c.event)) {
            const auto [at, is_return, operation] = events_[c.event];
            if (operations_[operation].returned == never) continue;
            const bool is_look = operations_[operation].effect.preserves();
            const std::size_t slot = under_way_.slot_of(operation);
            Slots& done = is_look ? c.looks : c.changes;
            if (!is_return) {
                if (is_look) look(c, operation);
                continue;
            }
            if (!done.has(slot)) return;
            done.remove(slot);
        }
    }

    /// All steps from `c` that may lead on; the likeliest is tried first, and so is put last.
    void branch(const Configuration& c) {
        if (c.event == events_.size()) return branch_every_way(c);
        const std::size_t target = events_[c.event].operation;
        const Effect& wanted = operations_[target].effect;
        if (!within_reach(c, wanted)) return;
        const Choice directly{false, under_way_.slot_of(target)};
        const bool can = !wanted.preserves() && wanted.on(c.state);
        if (!can || !is_all_that_matters(c, wanted)) branch_every_way(c);
        if (can) to_try_.push_back(step(c, directly));
    }

    void branch_every_way(const Configuration& c) {
        const std::size_t from = to_try_.size();
        under_way_.each_choice(c, [&](Choice choice, const Effect& effect) {
            if (effect.on(c.state)) to_try_.push_back(step(c, choice));
        });
        std::reverse(to_try_.begin() + static_cast<std::ptrdiff_t>(from), to_try_.end());
    }

    /// True when nothing at hand can tell whether `wanted` came before or after it. It must be possible now.
    bool is_all_that_matters(const Configuration& c, const Effect& wanted) const {
        if (!wanted.only_moves_stock()) return false;
        for (const std::size_t operation : under_way_.looks())
            if (!c.looks.has(under_way_.slot_of(operation))) return false;
        bool blind = true, sets_cost = false;
        std::int64_t least = c.state->stock + std::min<std::int64_t>(wanted.delta, 0);
        under_way_.each_effect(c, [&](const Effect& effect, std::size_t times) {
            blind = blind && !effect.gives && !effect.needs_absent;
            sets_cost = sets_cost || effect.cost_to;
            least += std::min<std::int64_t>(effect.delta, 0) * static_cast<std::int64_t>(times);
        });
        // When costs change, the order of the others is bound to theirs, and there must be enough for any.
        return blind && (!sets_cost || least >= 0);
    }

    /// False when nothing at hand can bring the state to what `wanted` needs.
    bool within_reach(const Configuration& c, const Effect& wanted) const {
        if (wanted.needs_absent) return !c.state;
        if (!c.state) return true;
        std::int64_t more = 0, less = 0;
        bool other_cost = false;
        under_way_.each_effect(c, [&](const Effect& effect, std::size_t times) {
            (effect.delta > 0 ? more : less) += effect.delta * static_cast<std::int64_t>(times);
            other_cost = other_cost || (effect.cost_to && effect.cost_to == wanted.cost_from());
        });
        const auto cost = wanted.cost_from();
        if (cost && *cost != c.state->cost && !other_cost) return false;
        return c.state->stock + more >= wanted.stock_from() && c.state->stock + less <= wanted.stock_to();
    }

    Configuration step(const Configuration& from, Choice choice) {
        Configuration to = from;
        const std::size_t operation = under_way_.operation(from, choice);
        to.state = *operations_[operation].effect.on(from.state);
        if (choice.endless)
            ++to.used[choice.at];
        else
            to.changes.add(choice.at);
        note(to, operation);
        for (const std::size_t looking : under_way_.looks())
            look(to, looking);
        return to;
    }

    void look(Configuration& c, std::size_t operation) {
        const std::size_t slot = under_way_.slot_of(operation);
        if (c.looks.has(slot) || !operations_[operation].effect.on(c.state)) return;
        c.looks.add(slot);
        note(c, operation);
    }

    void note(Configuration& c, std::size_t operation) {
        steps_.push_back({c.step, static_cast<std::uint32_t>(operation)});
        c.step = static_cast<std::uint32_t>(steps_.size() - 1);
        ++c.length;
    }

    std::vector<std::size_t> path_to(const Configuration& c) const {
        std::vector<std::size_t> path;
        for (std::uint32_t at = c.step; at != 0; at = steps_[at].before)
            path.push_back(steps_[at].operation);
        std::reverse(path.begin(), path.end());
        return path;
    }

    /// Nothing got past one return: that operation fits nowhere.
    void fail() {
        constexpr std::size_t states_max = 6;
        const Configuration* best = &tried_.all().front();
        for (const Configuration& c : tried_.all())
            if (std::pair(c.event, c.length) > std::pair(best->event, best->length)) best = &c;
        for (const Configuration& c : tried_.all())
            if (c.event == best->event && result_.states.size() < states_max &&
                std::find(result_.states.begin(), result_.states.end(), c.state) == result_.states.end())
                result_.states.push_back(c.state);
        under_way_.move_to(best->event);
        const bool at_end = best->event == events_.size();
        result_.result = Result::violation;
        result_.misfit = at_end ? under_way_.missing(*best) : events_[best->event].operation;
        result_.prefix = path_to(*best);
        std::vector<bool> told(operations_.size());
        for (const std::size_t operation : result_.prefix)
            told[operation] = true;
        told[result_.misfit] = true;
        for (std::size_t i = 0; i < best->event; ++i)
            if (!events_[i].is_return && !told[events_[i].operation])
                result_.open.push_back(events_[i].operation);
    }

    const std::vector<ItemOperation>& operations_;
    const std::vector<Event> events_;
    UnderWay under_way_;
    std::vector<Configuration> to_try_; ///< the last one next
    Tried tried_;
    std::vector<Step> steps_; ///< how each configuration was come to; the first is none
    std::uint64_t configurations_max_;
    SearchResult result_;
};

} // namespace

SearchResult search(const ItemHistory& item, std::uint64_t configurations_max) {
    return Search(item, configurations_max).run();
}

} // namespace bookstore::history
