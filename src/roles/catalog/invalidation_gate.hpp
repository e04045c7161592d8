#pragma once
/// \file
/// The catalog leader's stage before a proposal (DESIGN section 5): every frontend whose lease may still live
/// drops what the batch touches, before the batch exists. tests/model/coherence.pml is this protocol.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <bookstore/cluster/lease.hpp>
#include <bookstore/replication/replica.hpp>
#include <bookstore/roles/node.hpp>
#include <bookstore/roles/protocol.hpp>
#include <bookstore/shop/catalog_state.hpp>

namespace bookstore::roles::catalog {

/// Thread: the loop.
class InvalidationGate final : public replication::Gate {
public:
    /// `slot`: this replica's place in the catalog group. `state` is the replica's; both references outlive
    /// the gate, and the gate its executor's handlers.
    InvalidationGate(const World& world, unsigned slot, const shop::CatalogState& state);

    void leading(std::uint64_t term, std::uint64_t last_index) override;
    void not_leading() override;
    void contents_differed() override;
    void prepare(const std::vector<std::string_view>& commands, std::uint64_t index,
                 std::function<void()> ready) override;

    /// Registers or renews a frontend. `fence` is the leader's announced index, `authority` until when it is
    /// sure to be the only one. invalid_argument: no such frontend; not_leader: this replica cannot grant
    /// now.
    base::result<LeaseAnswer> ask(const LeaseRequest& request, std::uint64_t fence,
                                  base::TimePoint authority);

private:
    using Messages = std::vector<Invalidation>;
    /// The batch that waits here.
    struct Stage {
        std::uint64_t number = 0; ///< tells this stage from a later one
        std::uint64_t index = 0;
        std::function<void()> ready;
        std::shared_ptr<const Messages> messages; ///< but for the session
        std::set<cluster::FrontendSession>
            told; ///< each by a coroutine that goes on until it is acknowledged
        base::TimePoint since;
    };

    std::vector<shop::Tag> touched_by(const std::vector<std::string_view>& commands) const;
    Messages messages(const std::vector<shop::Tag>& tags, std::uint64_t index) const;
    boost::asio::awaitable<void> announce(cluster::FrontendSession who, std::uint64_t stage,
                                          std::shared_ptr<const Messages> messages);
    boost::asio::awaitable<bool> send(cluster::FrontendSession who, Invalidation message,
                                      std::uint64_t stage);
    bool waiting(std::uint64_t stage) const { return stage_ && stage_->number == stage; }
    /// Lets the batch through when it may pass; else tells who has not been told yet, and looks again when
    /// the leases in its way have run out.
    void proceed();
    void tell(base::TimePoint now);
    void look_again(base::TimePoint when);

    World world_;
    unsigned slot_;
    const shop::CatalogState& state_;
    cluster::LeaseTable table_;
    std::uint64_t stages_ = 0;
    std::optional<Stage> stage_;
    std::unique_ptr<base::Timer> timer_;
    base::TimePoint timer_at_{};
    prometheus::Counter& sent_;
    prometheus::Histogram& waited_;
};

} // namespace bookstore::roles::catalog
