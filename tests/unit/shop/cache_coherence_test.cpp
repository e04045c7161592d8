#include <catch2/catch.hpp>

#include <map>
#include <optional>

#include <bookstore/base/random.hpp>
#include <bookstore/shop/cache.hpp>

#include "unit/shop/touched_by.hpp"

namespace bookstore::shop {
namespace {

/// Mistakes that the protocol around the cache could make; named as in tests/model/coherence.pml where it has
/// them.
enum class Mistake {
    none,
    late,         ///< invalidates after the commit instead of before the proposal
    registration, ///< a registration while a write is pending gets the committed index for a fence
    fill,         ///< a fill in flight is stored although its key was invalidated meanwhile
    no_fence,     ///< a miss is read at any version
    no_topic,     ///< a write is announced with its item and without its topic
    no_new,       ///< a write to an item not yet on the shelf is announced as that item alone
};

/// One frontend's cache over a log of catalog commands: writes are announced, then committed; reads are
/// answered from any version at or above their fence, late; the leader's own state trails the log. Counts
/// reads that show what was history when they began.
class Shop {
public:
    Shop(std::uint64_t seed, Mistake mistake) : dice_(seed), mistake_(mistake), cache_(CacheLimits{}) {
        commit(Stock{0, true, {{ItemId{1}, "T", "ds", 1, 1}, {ItemId{2}, "T", "gs", 1, 1}}});
        cache_.reset(last());
    }

    int stale_after(int steps) {
        for (int i = 0; i < steps; ++i)
            step();
        return stale_;
    }
    const CacheFigures& figures() const { return cache_.figures(); }

private:
    struct Query {
        char kind; ///< 'i'tem, 't'opic or 'a'll
        std::uint64_t item;
        std::string topic;
        std::string key() const { return kind + std::to_string(item) + topic; }
    };
    struct Miss {
        Query query;
        Cache::Ticket ticket;
        std::uint64_t asked_at; ///< what was committed then
    };
    using Costs = std::map<std::uint64_t, std::pair<std::string, std::int64_t>>; ///< topic and cost, by id

    void step() {
        switch (dice_.below(10)) {
        case 0:
            return announce_or_commit();
        case 1:
            return announce_or_commit();
        case 2:
            return catch_up();
        case 3:
            return dice_.below(10) == 0 ? register_anew() : catch_up();
        case 4:
        case 5:
        case 6:
            return ask();
        default:
            return answer();
        }
    }

    void announce_or_commit() {
        if (!pending_) {
            pending_ = next_command();
            if (mistake_ != Mistake::late) invalidate(last() + 1);
            return;
        }
        commit(*pending_);
        if (mistake_ == Mistake::late && dice_.below(2) == 0) invalidate(last());
        pending_.reset();
    }
    /// An update of a book that may only just be coming, or a new book. The cost tells versions apart.
    CatalogCommand next_command() {
        const auto cost = static_cast<std::int64_t>(last() + 1);
        if (dice_.below(8) == 0 && history_.back().size() < 40)
            return AddBook{{ItemId{0}, "T", dice_.below(2) == 0 ? "ds" : "gs", cost, 1}};
        return Update{ItemId{1 + dice_.below(history_.back().size())}, std::nullopt, cost};
    }
    void invalidate(std::uint64_t index) {
        const bool known = !std::holds_alternative<Update>(*pending_) ||
                           leader_.find(std::get<Update>(*pending_).item) != nullptr;
        for (const Tag& tag : touched_by(*pending_, leader_)) {
            if (mistake_ == Mistake::no_topic && tag.starts_with("topic/")) continue;
            if (mistake_ == Mistake::no_new && !known && tag == new_books_tag()) continue;
            cache_.invalidate(tag, index);
        }
    }
    void commit(const CatalogCommand& command) {
        log_.push_back(command);
        truth_.apply(command);
        Costs costs;
        for (const Book* book : truth_.page(std::nullopt, ItemId{0}, 1000))
            costs[number(book->id)] = {book->topic, book->cost};
        history_.push_back(std::move(costs));
    }
    void catch_up() {
        if (applied_ < log_.size()) leader_.apply(log_[applied_++]);
    }
    void register_anew() {
        const bool too_low = mistake_ == Mistake::registration || !pending_;
        cache_.reset(too_low ? last() : last() + 1);
    }

    void ask() {
        const std::uint64_t item = 1 + dice_.below(history_.back().size() + 1);
        const char kind = "iita"[dice_.below(4)];
        const Query query{kind, kind == 'i' ? item : 0, kind == 't' ? (item % 2 == 0 ? "ds" : "gs") : ""};
        if (const CachedAnswer* hit = cache_.find(query.key())) {
            if (hit->body != body(query, last())) ++stale_;
            return;
        }
        const std::vector<Tag> known{query.kind == 'i'   ? item_tag(ItemId{query.item})
                                     : query.kind == 't' ? topic_tag(query.topic)
                                                         : new_books_tag()};
        misses_.push_back({query, cache_.ticket(known), last()});
    }
    /// Any of the reads that are under way, in any order, at any version that its fence allows.
    void answer() {
        if (misses_.empty()) return;
        const auto chosen = misses_.begin() + static_cast<std::ptrdiff_t>(dice_.below(misses_.size()));
        const Miss miss = *chosen;
        const std::uint64_t least = mistake_ == Mistake::no_fence ? 1 : miss.ticket.fence;
        if (least > last()) return; // the replica waits
        misses_.erase(chosen);
        const std::uint64_t at = least + dice_.below(last() - least + 1);
        const std::string shown = body(miss.query, at);
        bool fresh = false;
        for (std::uint64_t v = miss.asked_at; v <= last(); ++v)
            fresh = fresh || body(miss.query, v) == shown;
        if (!fresh) ++stale_;
        const bool lie = mistake_ == Mistake::fill;
        const Cache::Ticket ticket = lie ? cache_.ticket({}) : miss.ticket;
        const std::uint64_t read_at = lie ? last() + 1'000 : at; // above any fence
        cache_.fill(miss.query.key(), ticket, {200, shown, read_at, tags(miss.query, at)});
    }

    std::uint64_t last() const { return history_.size(); } ///< versions count from 1
    bool shows(const Query& query, std::uint64_t id, const std::string& topic) const {
        return query.kind == 'a' || (query.kind == 'i' && id == query.item) ||
               (query.kind == 't' && topic == query.topic);
    }
    std::string body(const Query& query, std::uint64_t version) const {
        std::string text;
        for (const auto& [id, book] : history_[version - 1])
            if (shows(query, id, book.first))
                text += std::to_string(id) + '=' + std::to_string(book.second) + ' ';
        return text;
    }
    std::vector<Tag> tags(const Query& query, std::uint64_t version) const {
        std::vector<Tag> tags;
        for (const auto& [id, book] : history_[version - 1])
            if (shows(query, id, book.first)) tags.push_back(item_tag(ItemId{id}));
        if (query.kind == 't') tags.push_back(topic_tag(query.topic));
        if (query.kind == 'a' || (query.kind == 'i' && tags.empty())) tags.push_back(new_books_tag());
        if (query.kind == 'i') tags.push_back(item_tag(ItemId{query.item}));
        return tags;
    }

    base::Random dice_;
    Mistake mistake_;
    Cache cache_;
    CatalogState truth_;
    CatalogState leader_;
    std::vector<CatalogCommand> log_;
    std::size_t applied_ = 0; ///< of log_, by leader_
    std::vector<Costs> history_;
    std::optional<CatalogCommand> pending_;
    std::vector<Miss> misses_;
    int stale_ = 0;
};

TEST_CASE("no read through the cache shows what was history when it began", "[shop][cache][property]") {
    const auto seed = GENERATE(range<std::uint64_t>(1, 31));
    CAPTURE(seed);
    Shop shop(seed, Mistake::none);
    CHECK(shop.stale_after(4'000) == 0);
    CHECK(shop.figures().hits > 100);
    CHECK(shop.figures().invalidations > 20);
    CHECK(shop.figures().fills_rejected > 10);
}

TEST_CASE("each mistake around the cache shows", "[shop][cache][property]") {
    const auto mistake = GENERATE(Mistake::late, Mistake::registration, Mistake::fill, Mistake::no_fence,
                                  Mistake::no_topic, Mistake::no_new);
    CAPTURE(static_cast<int>(mistake));
    int seeds_that_show_it = 0;
    for (std::uint64_t seed = 1; seed <= 30; ++seed)
        if (Shop(seed, mistake).stale_after(4'000) > 0) ++seeds_that_show_it;
    CHECK(seeds_that_show_it > 0);
}

} // namespace
} // namespace bookstore::shop
