#include "roles/frontend/order_path.hpp"

#include "roles/frontend/content_type.hpp"
#include "roles/frontend/full_disk.hpp"
#include "roles/frontend/replica_walk.hpp"
#include "roles/in_flight.hpp"
#include "roles/timing.hpp"
#include <bookstore/base/mutant.hpp>
#include <bookstore/net/loop.hpp>
#include <bookstore/net/promise.hpp>

namespace bookstore::roles::frontend {
namespace {

/// One purchase holds a few kilobytes; as many as connections have requests under way in the worst case.
constexpr std::size_t purchases_in_flight_max = 1'024;
/// A replica may be waiting for an election of either group, so patience is cheaper than asking the next one,
/// which waits for the same.
constexpr AttemptTime purchase_time{base::milliseconds(200), base::seconds(2)};

} // namespace

/// One purchase on its way: from replica to replica, until one has said what became of it.
class OrderPath::Errand : public Rider, public std::enable_shared_from_this<Errand> {
public:
    Errand(OrderPath& path, Purchase wanted, base::TimePoint deadline)
        : Rider(std::move(wanted)),
          path_(path),
          held_(path.in_flight_),
          walk_(path.world_, path.balancer_, path.budget_, cluster::Role::order, deadline, purchase_time) {}

    void set_out() { go(walk_.at_once(path_.calls_.gathering())); }

    void arrived(const Answer& answer) final {
        if (answer) {
            walk_.answered(attempt_);
            return end(answer);
        }
        if (!walk_.failed(attempt_, answer.error())) return end(walk_.failure());
        repeated_ = true;
        if (base::built_in("retries-with-fresh-key")) purchase_.key = path_.world_.random.uuid();
        go(walk_.at_once());
    }

protected:
    virtual void ended(const Answer& answer) = 0;

    OrderPath& path_;

private:
    void go(const std::optional<ReplicaWalk::Attempt>& attempt) {
        if (attempt) return travel(*attempt);
        const auto waiting = [self = shared_from_this()] { return wait(self); };
        net::spawn(path_.world_.executor, "purchase", waiting);
    }
    static boost::asio::awaitable<void> wait(std::shared_ptr<Errand> self) {
        const auto attempt = co_await self->walk_.next();
        if (attempt)
            self->travel(*attempt);
        else
            self->end(self->walk_.failure());
    }
    void travel(const ReplicaWalk::Attempt& attempt) {
        if (repeated_) path_.metrics_.purchase_retried();
        attempt_ = attempt;
        path_.calls_.send(attempt.replica, shared_from_this(), attempt.deadline);
    }
    void end(const Answer& answer) {
        path_.metrics_.purchase_ended(answer);
        ended(answer);
    }

    const InFlight held_;
    ReplicaWalk walk_;
    ReplicaWalk::Attempt attempt_;
    bool repeated_ = false;
};

class OrderPath::AwaitedErrand final : public Errand {
public:
    using Errand::Errand;

    net::Promise<Answer> answer;

private:
    void ended(const Answer& given) override { answer.set(given); }
};

class OrderPath::PlainErrand final : public Errand {
public:
    PlainErrand(OrderPath& path, Purchase wanted, base::TimePoint deadline, Surface surface, net::Reply reply)
        : Errand(path, std::move(wanted), deadline), surface_(surface), reply_(std::move(reply)) {}

private:
    void ended(const Answer& answer) override {
        std::move(reply_).give(path_.response(surface_, answer, purchase_.key));
    }

    Surface surface_;
    net::Reply reply_;
};

OrderPath::OrderPath(const World& world, Balancer& balancer, FrontendMetrics& metrics)
    : world_(world),
      balancer_(balancer),
      metrics_(metrics),
      budget_(retry_reserve, retries_per_success),
      calls_(world_),
      in_flight_(std::make_shared<std::size_t>(0)) {}

boost::asio::awaitable<net::Response> OrderPath::buy(net::Request request) {
    auto wanted = parse_buy(request, world_.random);
    return answer(Surface::original, std::move(wanted), std::move(request));
}

boost::asio::awaitable<net::Response> OrderPath::order(net::Request request) {
    if (auto refusal = refuse_unless_json(request.header("Content-Type")))
        return answer(Surface::v1, std::move(*refusal), std::move(request));
    auto wanted = parse_order(request, world_.random);
    return answer(Surface::v1, std::move(wanted), std::move(request));
}

boost::asio::awaitable<net::Response> OrderPath::answer(Surface surface, PurchaseRequest wanted,
                                                        net::Request request) {
    if (auto* refusal = std::get_if<net::Response>(&wanted)) co_return std::move(*refusal);
    auto& purchased = std::get<Purchase>(wanted);
    const std::string key = purchased.key;
    const auto answer = co_await purchase(std::move(purchased), request.deadline);
    co_return with_times(response(surface, answer, key), request, answer);
}

bool OrderPath::take(const net::PlainPost& post, net::Reply& reply) {
    constexpr std::string_view buying = "/buy?item=", ordering = "/v1/orders";
    const auto surface = post.target == ordering ? Surface::v1 : Surface::original;
    PurchaseRequest wanted;
    if (surface == Surface::v1) {
        if (refuse_unless_json(post.content_type)) return false;
        wanted = parse_order(post.body, post.idempotency_key, world_.random);
    } else {
        if (!post.target.starts_with(buying)) return false;
        wanted = parse_buy(post.target.substr(buying.size()), post.idempotency_key, world_.random);
    }
    if (!std::holds_alternative<Purchase>(wanted) || !has_room()) return false;
    const auto errand = std::make_shared<PlainErrand>(*this, std::get<Purchase>(std::move(wanted)),
                                                      post.deadline, surface, std::move(reply));
    errand->set_out();
    return true;
}

bool OrderPath::has_room() const {
    return *in_flight_ < purchases_in_flight_max;
}

net::Response OrderPath::response(Surface surface, const base::result<PurchaseAnswer>& answer,
                                  const std::string& key) const {
    auto response = surface == Surface::v1 ? order_response(answer) : buy_response(answer);
    if (answer) return response;
    if (auto full = full_disk(balancer_.monitor(), answer.error())) response = std::move(*full);
    // Whoever sent no key needs ours to repeat the purchase safely.
    if (response.status == 503) response.with("Idempotency-Key", key);
    return response;
}

boost::asio::awaitable<net::Response> OrderPath::find(net::Request request) {
    auto parsed = parse_find_order(request);
    if (auto* refusal = std::get_if<net::Response>(&parsed)) co_return std::move(*refusal);
    const auto answer = co_await look_up(std::get<FindOrderRequest>(parsed), request.deadline);
    co_return find_order_response(answer);
}

boost::asio::awaitable<base::result<PurchaseAnswer>> OrderPath::purchase(Purchase wanted,
                                                                         base::TimePoint deadline) {
    if (!has_room()) co_return base::Errc::overloaded;
    const auto errand = std::make_shared<AwaitedErrand>(*this, std::move(wanted), deadline);
    auto answer = errand->answer;
    errand->set_out();
    co_return co_await std::move(answer).wait();
}

boost::asio::awaitable<base::result<FindOrderAnswer>> OrderPath::look_up(FindOrderRequest request,
                                                                         base::TimePoint deadline) {
    const std::string wanted = encode(request);
    ReplicaWalk walk(world_, balancer_, budget_, cluster::Role::order, deadline, read_time);
    for (auto attempt = co_await walk.next(); attempt; attempt = co_await walk.next()) {
        const auto bytes =
            co_await world_.transport.call(*attempt->endpoint, method::find_order, wanted, attempt->deadline);
        auto answer = bytes ? decode<FindOrderAnswer>(*bytes) : base::result<FindOrderAnswer>(bytes.error());
        if (answer) {
            walk.answered(*attempt);
            co_return answer;
        }
        if (!walk.failed(*attempt, answer.error())) break;
        metrics_.read_retried();
    }
    co_return walk.failure();
}

} // namespace bookstore::roles::frontend
