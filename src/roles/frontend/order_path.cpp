#include "roles/frontend/order_path.hpp"

#include "roles/frontend/content_type.hpp"
#include "roles/frontend/full_disk.hpp"
#include "roles/frontend/replica_walk.hpp"
#include "roles/timing.hpp"
#include <bookstore/base/mutant.hpp>
#include <bookstore/net/problem.hpp>
#include <bookstore/roles/purchase_http.hpp>

namespace bookstore::roles::frontend {
namespace {

/// One purchase holds a few kilobytes; as many as connections have requests under way in the worst case.
constexpr std::size_t purchases_in_flight_max = 1'024;
/// A replica may be waiting for an election of either group, so patience is cheaper than asking the next one,
/// which waits for the same.
constexpr AttemptTime purchase_time{base::milliseconds(200), base::seconds(2)};

class InFlight {
public:
    explicit InFlight(std::shared_ptr<std::size_t> count) : count_(std::move(count)) { ++*count_; }
    ~InFlight() { --*count_; }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

private:
    std::shared_ptr<std::size_t> count_;
};

/// Whoever sent no key needs ours to repeat the purchase safely.
net::Response with_key(net::Response response, std::string key) {
    if (response.status == 503) response.with("Idempotency-Key", std::move(key));
    return response;
}

} // namespace

OrderPath::OrderPath(const World& world, Balancer& balancer, FrontendMetrics& metrics)
    : world_(world),
      balancer_(balancer),
      metrics_(metrics),
      budget_(retry_reserve, retries_per_success),
      calls_(world_),
      in_flight_(std::make_shared<std::size_t>(0)) {}

boost::asio::awaitable<net::Response> OrderPath::buy(net::Request request) {
    auto parsed = parse_buy(request, world_.random);
    if (auto* refusal = std::get_if<net::Response>(&parsed)) co_return std::move(*refusal);
    auto wanted = std::get<Purchase>(std::move(parsed));
    std::string key = wanted.key;
    const auto answer = co_await purchase(std::move(wanted), request.deadline);
    co_return with_key(with_times(explained(buy_response(answer), answer), request, answer), std::move(key));
}

boost::asio::awaitable<net::Response> OrderPath::order(net::Request request) {
    if (auto refusal = refuse_unless_json(request)) co_return std::move(*refusal);
    auto parsed = parse_order(request, world_.random);
    if (auto* refusal = std::get_if<net::Response>(&parsed)) co_return std::move(*refusal);
    auto wanted = std::get<Purchase>(std::move(parsed));
    std::string key = wanted.key;
    const auto answer = co_await purchase(std::move(wanted), request.deadline);
    co_return with_key(with_times(explained(order_response(answer), answer), request, answer),
                       std::move(key));
}

net::Response OrderPath::explained(net::Response response, const base::result<PurchaseAnswer>& answer) const {
    if (answer) return response;
    auto full = full_disk(balancer_.monitor(), answer.error());
    return full ? std::move(*full) : std::move(response);
}

boost::asio::awaitable<net::Response> OrderPath::find(net::Request request) {
    auto parsed = parse_find_order(request);
    if (auto* refusal = std::get_if<net::Response>(&parsed)) co_return std::move(*refusal);
    const auto answer = co_await look_up(std::get<FindOrderRequest>(parsed), request.deadline);
    co_return find_order_response(answer);
}

boost::asio::awaitable<base::result<PurchaseAnswer>> OrderPath::purchase(Purchase purchase,
                                                                         base::TimePoint deadline) {
    if (*in_flight_ >= purchases_in_flight_max) co_return base::Errc::overloaded;
    const InFlight held(in_flight_);
    auto answer = co_await send(std::move(purchase), deadline);
    metrics_.purchase_ended(answer);
    co_return answer;
}

boost::asio::awaitable<base::result<PurchaseAnswer>> OrderPath::send(Purchase purchase,
                                                                     base::TimePoint deadline) {
    ReplicaWalk walk(world_, balancer_, budget_, cluster::Role::order, deadline, purchase_time);
    bool repeated = false;
    for (auto attempt = co_await walk.next(calls_.gathering()); attempt; attempt = co_await walk.next()) {
        if (repeated) metrics_.purchase_retried();
        auto sent = calls_.send(attempt->replica, purchase, attempt->deadline);
        auto answer = co_await std::move(sent).wait();
        if (answer) {
            walk.answered(*attempt);
            co_return answer;
        }
        if (!walk.failed(*attempt, answer.error())) break;
        repeated = true;
        if (base::built_in("retries-with-fresh-key")) purchase.key = world_.random.uuid();
    }
    co_return walk.failure();
}

boost::asio::awaitable<base::result<FindOrderAnswer>> OrderPath::look_up(FindOrderRequest request,
                                                                         base::TimePoint deadline) {
    const std::string wanted = encode(request);
    ReplicaWalk walk(world_, balancer_, budget_, cluster::Role::order, deadline, read_time);
    for (auto attempt = co_await walk.next(); attempt; attempt = co_await walk.next()) {
        const auto bytes =
            co_await world_.transport.call(attempt->endpoint, method::find_order, wanted, attempt->deadline);
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
