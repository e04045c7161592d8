#pragma once
/// \file
/// The further loops of a frontend, as its main loop sees them.
#include <memory>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "roles/frontend/branch.hpp"
#include "roles/frontend/coherence.hpp"
#include <bookstore/roles/node.hpp>

namespace bookstore::roles::frontend {

/// Told of each change to the main loop's lease and cache as it happens, and tells every branch. Thread: the
/// main loop.
class Branches final : public Copies {
public:
    explicit Branches(const World& world);

    /// The reference is good as long as this is. `limits` are one branch's.
    Branch& add(boost::asio::any_io_executor loop, shop::CacheLimits limits);

    void registered(base::TimePoint until) override;
    void held(base::TimePoint until) override;
    void invalidated(const std::vector<shop::Tag>& tags, std::uint64_t index) override;
    void dropped(const shop::Tag& tag) override;

    /// True when every branch has done what it was told before this call; false when one has not by
    /// `deadline`.
    boost::asio::awaitable<bool> caught_up(base::TimePoint deadline);

    std::uint64_t hits() const;

private:
    boost::asio::any_io_executor executor_;
    base::Scheduler& scheduler_;
    std::vector<std::unique_ptr<Branch>> branches_;
};

} // namespace bookstore::roles::frontend
