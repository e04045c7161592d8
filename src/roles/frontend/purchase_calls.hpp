#pragma once
/// \file
/// Purchases on their way to the order replicas, many in one call.
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include <bookstore/base/error.hpp>
#include <bookstore/base/time.hpp>
#include <bookstore/roles/node.hpp>
#include <bookstore/roles/protocol.hpp>

namespace bookstore::roles::frontend {

/// A purchase on its way, and who wants to know what becomes of it.
class Rider {
public:
    using Answer = base::result<PurchaseAnswer>;

    explicit Rider(Purchase wanted) : purchase_(std::move(wanted)) {}
    virtual ~Rider() = default;
    Rider(const Rider&) = delete;
    Rider& operator=(const Rider&) = delete;

    /// Once for each time that it was sent. It may be sent again from here.
    virtual void arrived(const Answer& answer) = 0;

    const Purchase& purchase() const { return purchase_; }

protected:
    Purchase purchase_; ///< not to be changed while it is sent
};

/// What is handed over while calls are under way gathers, and leaves together in the next: when, is a matter
/// of Departures. A purchase that is alone leaves at the end of the loop's turn. Each has its own deadline
/// and its own answer; who travels with it makes no difference to either. Thread: the loop. References
/// outlive this; what is under way may outlive this when the loop is torn down.
class PurchaseCalls {
public:
    /// Who travelled in one call is told by so many in a turn of the loop. Writing 256 answers takes
    /// milliseconds, and the leader of the catalog may be waiting for its items to be dropped here.
    static constexpr std::size_t told_per_turn = 32;

    explicit PurchaseCalls(const World& world);
    ~PurchaseCalls();
    PurchaseCalls(const PurchaseCalls&) = delete;
    PurchaseCalls& operator=(const PurchaseCalls&) = delete;

    /// The order replica that the purchases gather for which wait now. Whom it makes no difference goes
    /// along.
    std::optional<unsigned> gathering() const;

    /// As a call of the transport: the rider is told what that replica says of its purchase, or timed_out at
    /// `deadline`, whether it has left by then or not. Never from inside this call.
    void send(unsigned replica, std::shared_ptr<Rider> rider, base::TimePoint deadline);

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace bookstore::roles::frontend
