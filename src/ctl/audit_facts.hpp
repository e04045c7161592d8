#pragma once
/// \file
/// What the replicas of a shop say of themselves at one moment, and whether it agrees. No I/O.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bookstore::ctl {

/// A replica's books or orders, each as the JSON that the replica shows, by item or order number.
struct Contents {
    std::map<std::uint64_t, std::string> entries;
    std::map<std::uint64_t, std::int64_t> copies; ///< sold, or on order, by item
    std::vector<std::string> keys;                ///< of orders
};

struct ReplicaFacts {
    std::string name;    ///< "catalog 1"
    std::string failure; ///< why it could not be asked; the rest is empty then
    bool leader = false;
    std::uint64_t version = 0;
    std::string digest;
    std::string recomputed;           ///< digest reckoned from the books; empty: not told
    std::int64_t unsettled = 0;       ///< sales that no order confirms yet
    std::optional<Contents> contents; ///< of one replica, at least, for each version and digest
};

struct ShopFacts {
    std::vector<ReplicaFacts> catalogs, orders;
    /// What moved while all this was read, in words. Empty: nothing did.
    std::string moved = "nothing was read";

    bool still() const { return moved.empty(); }
};

/// Something that disagrees, in words.
struct Disagreement {
    std::string text;
    /// No purchase under way explains it; the others must be gone once the shop is quiet.
    bool lasting = false;
};

/// Needs facts that stood still.
std::vector<Disagreement> disagreements(const ShopFacts& facts);

/// What agrees, in a line.
std::string summary(const ShopFacts& facts);

} // namespace bookstore::ctl
