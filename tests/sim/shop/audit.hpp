#pragma once
/// \file
/// What must hold of the shop's own books: at any time that replicas agree, and in the end that both sides
/// do.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <bookstore/cluster/health.hpp>
#include <bookstore/history/operation.hpp>
#include <bookstore/shop/catalog_state.hpp>
#include <bookstore/shop/order_state.hpp>

#include "sim/shop/disk.hpp"

namespace bookstore::shopsim {

class Audit {
public:
    using Fail = std::function<void(const std::string& what)>;
    explicit Audit(Fail fail) : fail_(std::move(fail)) {}

    /// A disk of a member of some group; outlives the audit.
    void watch(std::string host, HostDisk& disk) { members_.push_back({std::move(host), &disk}); }
    /// A replica said so of itself.
    void heard(cluster::Role role, const std::string& who, const cluster::Report& report);

    /// What a process is about to start from makes sense in itself.
    void examine(HostDisk& disk) const;
    /// All members have applied the same, and no sale waits to be settled.
    bool quiet();
    /// Everything, once it is quiet. Gives the order book.
    history::OrderBook check();

private:
    struct Member {
        std::string host;
        HostDisk* disk;
    };
    struct Told {
        std::uint64_t digest = 0;
        std::string by;
    };

    template <typename State>
    void check_replicas(const std::string& group, cluster::Role role);
    void check_copies(const shop::CatalogState& catalog, const shop::OrderState& orders);
    history::OrderBook book_of(const shop::OrderState& orders);
    /// The disk of the first member of `group`.
    GroupFiles& files_of(const std::string& group);
    bool same_position(const std::string& group, cluster::Role role);

    Fail fail_;
    std::vector<Member> members_;
    std::map<std::pair<cluster::Role, std::uint64_t>, Told> digests_; ///< by version
};

} // namespace bookstore::shopsim
