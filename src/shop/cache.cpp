#include <bookstore/shop/cache.hpp>

#include <algorithm>
#include <iterator>
#include <list>
#include <unordered_map>
#include <utility>

#include "shop/fences.hpp"
#include "shop/string_map.hpp"
#include <bookstore/base/mutant.hpp>

namespace bookstore::shop {
namespace {

struct TagIndex;

/// One end of the tie between an entry and a tag that it depends on; the other end is a Dependent.
struct Tie {
    TagIndex* tag;
    std::size_t place; ///< in tag->dependents
};

struct Entry {
    std::string key;
    CachedAnswer answer;
    std::size_t bytes = 0;
    std::vector<Tie> ties;
    std::list<std::string> names; ///< the latest last
};
using Entries = std::list<Entry>; // the most recently used first

struct Dependent {
    Entries::iterator entry;
    std::size_t tie; ///< in entry->ties
};

struct TagIndex {
    std::string tag;
    std::vector<Dependent> dependents;
};

// What lists, tables and allocations take besides the bytes themselves, as measured with glibc.
constexpr std::size_t entry_overhead_bytes = 288;
constexpr std::size_t tag_overhead_bytes = 176;
constexpr std::size_t name_overhead_bytes = 96;

std::size_t bytes_of(std::string_view key, const CachedAnswer& answer) {
    std::size_t bytes = entry_overhead_bytes + key.size() + answer.body.size() + answer.head.size();
    for (const Tag& tag : answer.tags)
        bytes += tag_overhead_bytes + tag.size();
    return bytes;
}

} // namespace

struct Cache::Impl {
    explicit Impl(CacheLimits l) : limits(l), fences(l.fences_max) {}

    bool is_stale(const Ticket& ticket, const CachedAnswer& answer) const;
    void store(std::string_view key, CachedAnswer answer, std::size_t bytes);
    void erase(Entries::iterator entry);
    void untie(const Tie& tie);
    std::size_t erase_dependents(std::string_view tag);
    void add_name(Entries::iterator entry, std::string_view name);
    void drop_oldest_name(Entry& entry);
    void evict_to(std::size_t entries_max, std::size_t bytes_max);
    const CachedAnswer* hit(Entries::iterator entry);

    CacheLimits limits;
    Fences fences;
    std::uint64_t registration = 0; ///< counts resets
    Entries entries;
    std::unordered_map<std::string_view, Entries::iterator, base::TableHash>
        by_key; ///< the keys are the entries'
    std::unordered_map<std::string_view, Entries::iterator, base::TableHash> by_name; ///< so are the names
    StringMap<TagIndex> by_tag;
    CacheFigures figures;
};

bool Cache::Impl::is_stale(const Ticket& ticket, const CachedAnswer& answer) const {
    if (ticket.registration != registration) return true;
    if (base::built_in("fills-despite-fence")) return false;
    // The ticket's fence is of the tags that were known when the miss was sent, the others of what the answer
    // turned out to show, raised perhaps while it was under way.
    const std::uint64_t fence = std::max(ticket.fence, fences.highest(answer.tags));
    return answer.version < fence;
}

void Cache::Impl::store(std::string_view key, CachedAnswer answer, std::size_t bytes) {
    entries.push_front({std::string(key), std::move(answer), bytes, {}, {}});
    const auto entry = entries.begin();
    by_key.emplace(entry->key, entry);
    entry->ties.reserve(entry->answer.tags.size());
    for (const Tag& tag : entry->answer.tags) {
        TagIndex& index = by_tag.try_emplace(tag, TagIndex{tag, {}}).first->second;
        entry->ties.push_back({&index, index.dependents.size()});
        index.dependents.push_back({entry, entry->ties.size() - 1});
    }
    figures.bytes += bytes;
    figures.entries = entries.size();
}

void Cache::Impl::erase(Entries::iterator entry) {
    for (const Tie& tie : entry->ties)
        untie(tie);
    for (const std::string& name : entry->names)
        by_name.erase(name);
    figures.bytes -= entry->bytes;
    by_key.erase(entry->key);
    entries.erase(entry);
    figures.entries = entries.size();
}

/// The last dependent takes the place of the one that goes.
void Cache::Impl::untie(const Tie& tie) {
    auto& dependents = tie.tag->dependents;
    dependents[tie.place] = dependents.back();
    const Dependent& moved = dependents[tie.place];
    moved.entry->ties[moved.tie].place = tie.place;
    dependents.pop_back();
    if (dependents.empty()) by_tag.erase(by_tag.find(tie.tag->tag));
}

std::size_t Cache::Impl::erase_dependents(std::string_view tag) {
    std::size_t erased = 0;
    // Looked up anew each time: the index of a tag goes with the last entry that depends on it.
    for (auto found = by_tag.find(tag); found != by_tag.end(); found = by_tag.find(tag)) {
        erase(found->second.dependents.back().entry);
        ++erased;
    }
    return erased;
}

void Cache::Impl::add_name(Entries::iterator entry, std::string_view name) {
    by_name.emplace(entry->names.emplace_back(name), entry);
    const std::size_t bytes = name_overhead_bytes + name.size();
    entry->bytes += bytes;
    figures.bytes += bytes;
}

void Cache::Impl::drop_oldest_name(Entry& entry) {
    const std::string& oldest = entry.names.front();
    const std::size_t bytes = name_overhead_bytes + oldest.size();
    by_name.erase(oldest);
    entry.names.pop_front();
    entry.bytes -= bytes;
    figures.bytes -= bytes;
}

/// The least recently used go.
void Cache::Impl::evict_to(std::size_t entries_max, std::size_t bytes_max) {
    while (entries.size() > entries_max || figures.bytes > bytes_max) {
        erase(std::prev(entries.end()));
        ++figures.evictions;
    }
}

const CachedAnswer* Cache::Impl::hit(Entries::iterator entry) {
    ++figures.hits;
    entries.splice(entries.begin(), entries, entry);
    return &entry->answer;
}

Cache::Cache(CacheLimits limits) : impl_(std::make_unique<Impl>(limits)) {}
Cache::~Cache() = default;

void Cache::reset(std::uint64_t fence) {
    Impl& cache = *impl_;
    ++cache.registration;
    cache.figures.drops += cache.entries.size();
    cache.by_tag.clear();
    cache.by_key.clear();
    cache.by_name.clear();
    cache.entries.clear();
    cache.figures.entries = 0;
    cache.figures.bytes = 0;
    cache.fences.reset(fence);
}

const CachedAnswer* Cache::find(std::string_view key) {
    Impl& cache = *impl_;
    const auto found = cache.by_key.find(key);
    if (found == cache.by_key.end()) {
        ++cache.figures.misses;
        return nullptr;
    }
    return cache.hit(found->second);
}

void Cache::name(std::string_view key, std::string_view name) {
    Impl& cache = *impl_;
    const auto found = cache.by_key.find(key);
    if (found == cache.by_key.end() || name.size() > name_bytes_max || cache.by_name.contains(name)) return;
    const auto entry = found->second;
    if (entry->names.size() == names_max) cache.drop_oldest_name(*entry);
    cache.add_name(entry, name);
    cache.evict_to(cache.limits.entries_max, cache.limits.bytes_max);
}

const CachedAnswer* Cache::find_named(std::string_view name) {
    Impl& cache = *impl_;
    const auto found = cache.by_name.find(name);
    return found == cache.by_name.end() ? nullptr : cache.hit(found->second);
}

const CachedAnswer* Cache::peek_named(std::string_view name) const {
    const auto found = impl_->by_name.find(name);
    return found == impl_->by_name.end() ? nullptr : &found->second->answer;
}

Cache::Ticket Cache::ticket(const std::vector<Tag>& tags) const {
    const Fences& fences = impl_->fences;
    const bool any_book = std::find(tags.begin(), tags.end(), new_books_tag()) != tags.end();
    return {impl_->registration, any_book ? fences.highest() : fences.highest(tags)};
}

bool Cache::fill(std::string_view key, const Ticket& ticket, CachedAnswer answer) {
    Impl& cache = *impl_;
    const auto kept = cache.by_key.find(key);
    const bool kept_is_newer = kept != cache.by_key.end() && kept->second->answer.version > answer.version;
    if (kept_is_newer || cache.is_stale(ticket, answer)) {
        ++cache.figures.fills_rejected;
        return false;
    }
    if (kept != cache.by_key.end()) cache.erase(kept->second);

    std::sort(answer.tags.begin(), answer.tags.end());
    answer.tags.erase(std::unique(answer.tags.begin(), answer.tags.end()), answer.tags.end());
    const std::size_t bytes = bytes_of(key, answer);
    if (bytes > cache.limits.bytes_max / 8 || cache.limits.entries_max == 0) return false;
    cache.evict_to(cache.limits.entries_max - 1, cache.limits.bytes_max - bytes);
    cache.store(key, std::move(answer), bytes);
    ++cache.figures.fills;
    return true;
}

void Cache::invalidate(std::string_view tag, std::uint64_t index) {
    impl_->figures.invalidations += impl_->erase_dependents(tag);
    if (tag == new_books_tag())
        impl_->fences.raise_all(index);
    else
        impl_->fences.raise(tag, index);
}

void Cache::drop(std::string_view tag) {
    impl_->figures.drops += impl_->erase_dependents(tag);
}

const CacheFigures& Cache::figures() const {
    return impl_->figures;
}

std::uint64_t Cache::base_fence() const {
    return impl_->fences.base();
}

} // namespace bookstore::shop
