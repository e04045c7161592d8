#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

#include <bookstore/base/random.hpp>
#include <bookstore/shop/cache.hpp>

namespace bookstore::shop {
namespace {

/// The cache as its header describes it, without a thought for speed; entries in order of use.
class PlainCache {
public:
    explicit PlainCache(std::size_t entries_max) : entries_max_(entries_max) {}

    void reset(std::uint64_t fence) {
        ++registration_;
        entries_.clear();
        fences_.clear();
        base_ = fence;
    }
    const CachedAnswer* find(const std::string& key) {
        const auto found = at(key);
        if (found == entries_.end()) return nullptr;
        std::rotate(entries_.begin(), found, found + 1);
        return &entries_.front().second;
    }
    Cache::Ticket ticket(const std::vector<Tag>& tags) const {
        if (std::find(tags.begin(), tags.end(), new_books_tag()) == tags.end())
            return {registration_, fence(tags)};
        std::uint64_t highest = base_;
        for (const auto& [tag, own] : fences_)
            highest = std::max(highest, own);
        return {registration_, highest};
    }
    bool fill(const std::string& key, const Cache::Ticket& ticket, const CachedAnswer& answer) {
        const auto kept = at(key);
        if (kept != entries_.end() && kept->second.version > answer.version) return false;
        if (ticket.registration != registration_) return false;
        if (answer.version < std::max(ticket.fence, fence(answer.tags))) return false;
        if (kept != entries_.end()) entries_.erase(kept);
        if (entries_.size() == entries_max_) entries_.pop_back();
        entries_.insert(entries_.begin(), {key, answer});
        return true;
    }
    void invalidate(const Tag& tag, std::uint64_t index) {
        drop(tag);
        std::uint64_t& raised = tag == new_books_tag() ? base_ : fences_[tag];
        raised = std::max(raised, index);
    }
    void drop(const Tag& tag) {
        std::erase_if(entries_, [&](const auto& entry) {
            const std::vector<Tag>& tags = entry.second.tags;
            return std::find(tags.begin(), tags.end(), tag) != tags.end();
        });
    }
    std::size_t size() const { return entries_.size(); }

private:
    using Entries = std::vector<std::pair<std::string, CachedAnswer>>;

    Entries::iterator at(const std::string& key) {
        return std::find_if(entries_.begin(), entries_.end(), [&](const auto& e) { return e.first == key; });
    }
    std::uint64_t fence(const std::vector<Tag>& tags) const {
        std::uint64_t highest = base_;
        for (const Tag& tag : tags)
            if (fences_.contains(tag)) highest = std::max(highest, fences_.at(tag));
        return highest;
    }

    std::size_t entries_max_;
    Entries entries_;
    std::map<Tag, std::uint64_t> fences_;
    std::uint64_t base_ = 0;
    std::uint64_t registration_ = 0;
};

TEST_CASE("the cache does what a plain one does", "[shop][cache][property]") {
    const auto seed = GENERATE(range<std::uint64_t>(1, 41));
    CAPTURE(seed);
    base::Random dice(seed);
    constexpr std::size_t entries_max = 6;
    Cache cache{{.entries_max = entries_max}};
    PlainCache plain{entries_max};
    std::vector<Cache::Ticket> tickets{cache.ticket({})};
    std::uint64_t index = 10;

    const auto key = [&] { return "key/" + std::to_string(dice.below(20)); };
    const auto tag = [&] { return dice.below(12) == 0 ? new_books_tag() : item_tag(ItemId{dice.below(8)}); };
    const auto tags = [&] {
        std::vector<Tag> some(dice.below(4)); // none, some, one twice
        std::generate(some.begin(), some.end(), tag);
        return some;
    };
    for (int step = 0; step < 3'000; ++step) {
        const std::uint64_t move = dice.below(100);
        if (move < 45) {
            const std::string k = key();
            const bool by_name = dice.below(2) == 0;
            if (by_name) cache.name(k, "/" + k);
            const CachedAnswer* found = by_name ? cache.find_named("/" + k) : cache.find(k);
            const CachedAnswer* expected = plain.find(k);
            REQUIRE((found != nullptr) == (expected != nullptr));
            if (found != nullptr) REQUIRE(found->body == expected->body);
        } else if (move < 80) {
            const std::vector<Tag> before = tags();
            tickets.push_back(cache.ticket(before));
            REQUIRE(tickets.back().fence == plain.ticket(before).fence);
            REQUIRE(tickets.back().registration == plain.ticket(before).registration);
            const std::uint64_t age = dice.below(std::min<std::size_t>(5, tickets.size()));
            const Cache::Ticket& ticket = tickets[tickets.size() - 1 - age];
            const CachedAnswer answer{200, std::to_string(step), index - dice.below(4), tags()};
            const std::string k = key();
            REQUIRE(cache.fill(k, ticket, answer) == plain.fill(k, ticket, answer));
        } else if (move < 95) {
            const Tag t = tag();
            index += dice.below(2);
            cache.invalidate(t, index);
            plain.invalidate(t, index);
        } else if (move < 99) {
            const Tag t = tag();
            cache.drop(t);
            plain.drop(t);
        } else {
            cache.reset(index);
            plain.reset(index);
        }
        REQUIRE(cache.figures().entries == plain.size());
        REQUIRE((cache.figures().bytes == 0) == (plain.size() == 0));
    }
    const CacheFigures& figures = cache.figures();
    CHECK(figures.hits > 0);
    CHECK(figures.evictions > 0);
    CHECK(figures.fills_rejected > 0);
}

} // namespace
} // namespace bookstore::shop
