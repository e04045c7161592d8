#pragma once
/// \file
/// Purchases on their way to the order replicas, many in one call.
#include <memory>
#include <optional>
#include <vector>

#include <bookstore/base/error.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/promise.hpp>
#include <bookstore/roles/node.hpp>
#include <bookstore/roles/protocol.hpp>

namespace bookstore::roles::frontend {

/// What is handed over while calls are under way gathers, and leaves together in the next: each of the tiers
/// below has as much work with a call as with some ten purchases. A purchase that is alone leaves at the end
/// of the loop's turn. Each has its own deadline and its own answer; who travels with it makes no difference
/// to either. Thread: the loop. References outlive this; what is under way may outlive this when the loop is
/// torn down.
class PurchaseCalls {
public:
    using Answer = base::result<PurchaseAnswer>;

    /// Whoever is the second leaves when it is as large as the first: else what waits costs less in one with
    /// what comes.
    static constexpr std::size_t together_max = 2;
    /// A call that takes longer, at a replica that is stuck or slow, holds nobody back any more.
    static constexpr base::Duration patience = base::milliseconds(10);

    explicit PurchaseCalls(const World& world);
    ~PurchaseCalls();
    PurchaseCalls(const PurchaseCalls&) = delete;
    PurchaseCalls& operator=(const PurchaseCalls&) = delete;

    /// The order replica that the purchases gather for which wait now. Whom it makes no difference goes
    /// along.
    std::optional<unsigned> gathering() const;

    /// As a call of the transport: what that replica says of this purchase, or timed_out at `deadline`,
    /// whether it has left by then or not.
    net::Promise<Answer> send(unsigned replica, Purchase purchase, base::TimePoint deadline);

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace bookstore::roles::frontend
