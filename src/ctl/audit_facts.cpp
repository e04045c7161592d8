#include "ctl/audit_facts.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace bookstore::ctl {
namespace {

constexpr std::size_t entries_told_max = 10; ///< of each kind

using Replicas = std::vector<ReplicaFacts>;

/// The replica to compare the others with: newest version, most common digest, leader.
const ReplicaFacts* reference(const Replicas& replicas) {
    const ReplicaFacts* best = nullptr;
    const auto rank = [&](const ReplicaFacts& r) {
        const auto alike = std::count_if(replicas.begin(), replicas.end(), [&](const ReplicaFacts& other) {
            return other.version == r.version && other.digest == r.digest;
        });
        return std::tuple(r.version, alike, r.leader);
    };
    for (const ReplicaFacts& replica : replicas)
        if (replica.failure.empty() && (best == nullptr || rank(replica) > rank(*best))) best = &replica;
    return best;
}

/// Of the replica, or of one that says it has the same.
const Contents* contents_of(const Replicas& replicas, const ReplicaFacts& replica) {
    if (replica.contents) return &*replica.contents;
    for (const ReplicaFacts& other : replicas)
        if (other.contents && other.version == replica.version && other.digest == replica.digest)
            return &*other.contents;
    return nullptr;
}

class Comparison {
public:
    explicit Comparison(std::vector<Disagreement>& found) : found_(found) {}

    void group(const Replicas& replicas, const char* entry) {
        const ReplicaFacts* right = reference(replicas);
        for (const ReplicaFacts& replica : replicas) {
            if (!replica.failure.empty()) continue;
            if (!replica.recomputed.empty() && replica.recomputed != replica.digest)
                tell(replica.name + ": its digest is " + replica.digest + ", but that of its data is " +
                         replica.recomputed,
                     true);
            if (replica.version != right->version)
                tell(replica.name + " is at version " + std::to_string(replica.version) + ", " + right->name +
                         " at " + std::to_string(right->version),
                     false);
            else if (replica.digest != right->digest)
                tell(replica.name + " differs from " + right->name + " at version " +
                         std::to_string(replica.version) + ": digest " + replica.digest + ", not " +
                         right->digest + differences(replicas, replica, *right, entry),
                     true);
        }
    }

    void unsettled(const ReplicaFacts& catalog) {
        if (catalog.unsettled > 0)
            tell(std::to_string(catalog.unsettled) + " sales wait for the order book to confirm them", false);
    }

    void copies(const Contents& books, const Contents& orders) {
        std::vector<std::string> all;
        std::set<std::uint64_t> items;
        for (const auto& [item, copies] : books.copies)
            items.insert(item);
        for (const auto& [item, copies] : orders.copies)
            items.insert(item);
        const auto of = [](const Contents& contents, std::uint64_t item) {
            const auto found = contents.copies.find(item);
            return found == contents.copies.end() ? 0 : found->second;
        };
        for (const std::uint64_t item : items)
            if (of(books, item) != of(orders, item))
                all.push_back("item " + std::to_string(item) + ": " + std::to_string(of(books, item)) +
                              " copies gone, " + std::to_string(of(orders, item)) + " on order");
        tell_some(all, false);
    }

    void stock(const Contents& books) {
        std::vector<std::string> all;
        for (const auto& [item, book] : books.entries)
            if (const auto stock = boost::json::parse(book).at("stock").to_number<std::int64_t>(); stock < 0)
                all.push_back("item " + std::to_string(item) + ": stock " + std::to_string(stock));
        tell_some(all, true);
    }

    void numbers_and_keys(const Contents& orders) {
        std::vector<std::string> gaps, twice;
        std::uint64_t expected = 1;
        for (const auto& [number, order] : orders.entries) {
            if (number > expected)
                gaps.push_back("order " + std::to_string(expected) +
                               (number - expected > 1 ? " to " + std::to_string(number - 1) : "") +
                               " is missing, and order " + std::to_string(number) + " is there");
            expected = number + 1;
        }
        std::vector<std::string_view> keys(orders.keys.begin(), orders.keys.end());
        std::sort(keys.begin(), keys.end());
        for (std::size_t i = 1; i < keys.size(); ++i)
            if (keys[i] == keys[i - 1] && (i == 1 || keys[i] != keys[i - 2]))
                twice.push_back("key " + std::string(keys[i]) + " has more than one order");
        tell_some(gaps, true);
        tell_some(twice, true);
    }

private:
    void tell(std::string text, bool lasting) { found_.push_back({std::move(text), lasting}); }

    void tell_some(const std::vector<std::string>& all, bool lasting) {
        for (std::size_t i = 0; i < all.size() && i < entries_told_max; ++i)
            tell(all[i], lasting);
        if (all.size() > entries_told_max)
            tell("and " + std::to_string(all.size() - entries_told_max) + " more of that kind", lasting);
    }

    /// "\n  item 3: stock 4, not 5", a line for each entry.
    static std::string differences(const Replicas& replicas, const ReplicaFacts& wrong,
                                   const ReplicaFacts& right, const char* entry) {
        const Contents* ours = contents_of(replicas, wrong);
        const Contents* theirs = contents_of(replicas, right);
        if (ours == nullptr || theirs == nullptr) return {};
        std::vector<std::string> all;
        const auto name = [&](std::uint64_t number) {
            return std::string(entry) + " " + std::to_string(number);
        };
        for (const auto& [number, shown] : ours->entries) {
            const auto other = theirs->entries.find(number);
            if (other == theirs->entries.end())
                all.push_back(name(number) + ": only here: " + shown);
            else if (other->second != shown)
                all.push_back(name(number) + ": " + members(shown, other->second));
        }
        for (const auto& [number, shown] : theirs->entries)
            if (!ours->entries.contains(number)) all.push_back(name(number) + ": missing here: " + shown);
        if (all.empty())
            return std::string("\n  every ") + entry + " is the same: what is remembered besides is not";
        std::string text;
        for (std::size_t i = 0; i < all.size() && i < entries_told_max; ++i)
            text += "\n  " + all[i];
        if (all.size() > entries_told_max)
            text += "\n  and " + std::to_string(all.size() - entries_told_max) + " more";
        return text;
    }

    static std::string members(const std::string& one, const std::string& other) {
        const auto ours = boost::json::parse(one), theirs = boost::json::parse(other);
        std::string text;
        for (const auto& [name, value] : ours.as_object())
            if (const auto* there = theirs.as_object().if_contains(name); there != nullptr && *there != value)
                text += (text.empty() ? "" : "; ") + std::string(name) + " " + boost::json::serialize(value) +
                        ", not " + boost::json::serialize(*there);
        return text;
    }

    std::vector<Disagreement>& found_;
};

std::int64_t total(const Contents& contents) {
    return std::accumulate(contents.copies.begin(), contents.copies.end(), std::int64_t{0},
                           [](std::int64_t sum, const auto& item) { return sum + item.second; });
}

} // namespace

std::vector<Disagreement> disagreements(const ShopFacts& facts) {
    std::vector<Disagreement> found;
    Comparison comparison(found);
    comparison.group(facts.catalogs, "item");
    comparison.group(facts.orders, "order");
    const ReplicaFacts* catalog = reference(facts.catalogs);
    const ReplicaFacts* order = reference(facts.orders);
    const Contents* books = catalog == nullptr ? nullptr : contents_of(facts.catalogs, *catalog);
    const Contents* orders = order == nullptr ? nullptr : contents_of(facts.orders, *order);
    if (books != nullptr) comparison.stock(*books);
    if (orders != nullptr) comparison.numbers_and_keys(*orders);
    if (books == nullptr || orders == nullptr) return found;
    comparison.unsettled(*catalog);
    comparison.copies(*books, *orders);
    return found;
}

std::string summary(const ShopFacts& facts) {
    const ReplicaFacts* catalog = reference(facts.catalogs);
    const ReplicaFacts* order = reference(facts.orders);
    const Contents* books = catalog == nullptr ? nullptr : contents_of(facts.catalogs, *catalog);
    const Contents* orders = order == nullptr ? nullptr : contents_of(facts.orders, *order);
    if (books == nullptr || orders == nullptr) return "nobody could be asked";
    return std::to_string(books->entries.size()) + " books, " + std::to_string(total(*books)) +
           " copies gone; " + std::to_string(orders->entries.size()) + " orders, " +
           std::to_string(total(*orders)) + " copies on order; " + std::to_string(facts.catalogs.size()) +
           " catalog replicas at version " + std::to_string(catalog->version) + ", " +
           std::to_string(facts.orders.size()) + " order replicas at version " +
           std::to_string(order->version);
}

} // namespace bookstore::ctl
