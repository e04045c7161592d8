#include <bookstore/ctl/shop_client.hpp>

#include <algorithm>

#include <bookstore/net/loop.hpp>

#include "ctl/shop_json.hpp"

namespace bookstore::ctl {
namespace {

using base::Errc;
using base::result;

constexpr base::Duration pause_between_rounds = base::milliseconds(200);

/// The proxy's or the frontend's way to say that it cannot serve now.
bool cannot_serve(int status) {
    return status == 502 || status == 503 || status == 504;
}

/// The latest failure at each endpoint, for the message in the end.
class Failures {
public:
    explicit Failures(const std::vector<net::Endpoint>& endpoints)
        : endpoints_(endpoints), said_(endpoints.size()) {}

    void note(std::size_t endpoint, const result<net::Response>& attempt) {
        if (!attempt && attempt.error() == Errc::unreachable) {
            said_[endpoint] = "connection refused";
            return;
        }
        somebody_there_ = true;
        said_[endpoint] = attempt ? "says: " + problem_text(*attempt) : attempt.error().message();
        if (attempt ? cannot_serve(attempt->status) : base::outcome_is_unknown(attempt.error()))
            perhaps_executed_ = true;
    }
    bool somebody_there() const { return somebody_there_; }
    bool perhaps_executed() const { return perhaps_executed_; }
    std::string text() const {
        std::string all;
        for (std::size_t i = 0; i < said_.size(); ++i)
            if (!said_[i].empty())
                all += (all.empty() ? "" : ", ") + net::to_string(endpoints_[i]) + " " + said_[i];
        return all;
    }

private:
    const std::vector<net::Endpoint>& endpoints_;
    std::vector<std::string> said_;
    bool somebody_there_ = false, perhaps_executed_ = false;
};

[[noreturn]] void give_up(const Failures& failures, bool reading) {
    if (failures.perhaps_executed() && !reading)
        throw OutcomeUnknown("no frontend could say what happened: " + failures.text());
    const std::string advice =
        failures.somebody_there()
            ? "; see `bookstorectl status`, or try again with a longer --timeout"
            : "; is the shop running? --endpoints, --config or BOOKSTORECTL_ENDPOINTS say where it is";
    throw CommandFailed("no frontend answered: " + failures.text() + advice);
}

} // namespace

Verdict judge(const result<net::Response>& attempt, Repeat repeat) {
    if (attempt && !cannot_serve(attempt->status)) return Verdict::answered;
    const bool refused = !attempt && !base::outcome_is_unknown(attempt.error()) &&
                         attempt.error() != Errc::protocol_error; // which tells nothing of what was done
    return refused || repeat == Repeat::always ? Verdict::try_another : Verdict::unknown;
}

ShopClient::ShopClient(net::HttpClient& http, base::Scheduler& scheduler,
                       std::vector<net::Endpoint> endpoints, base::Duration timeout, std::string admin_secret)
    : http_(http),
      scheduler_(scheduler),
      endpoints_(std::move(endpoints)),
      timeout_(timeout),
      admin_secret_(std::move(admin_secret)) {
    INVARIANT(!endpoints_.empty());
}

boost::asio::awaitable<net::Response> ShopClient::send(net::HttpRequest request, Repeat repeat) {
    if (!admin_secret_.empty()) request.headers.emplace_back("Authorization", "Bearer " + admin_secret_);
    const base::TimePoint deadline = scheduler_.now() + timeout_;
    const std::size_t first = preferred_;
    const bool reading = request.verb == net::Verb::get;
    Failures failures(endpoints_);
    while (scheduler_.now() < deadline) {
        for (std::size_t step = 0; step < endpoints_.size() && scheduler_.now() < deadline; ++step) {
            const std::size_t index = (first + step) % endpoints_.size();
            // A share of the time that is left, so that a frontend that hangs leaves some for the others.
            const auto share =
                (deadline - scheduler_.now()) / static_cast<std::int64_t>(endpoints_.size() - step);
            const base::TimePoint until = repeat == Repeat::always ? scheduler_.now() + share : deadline;
            auto attempt = co_await http_.send(endpoints_[index], request, until);
            const Verdict verdict = judge(attempt, repeat);
            if (verdict == Verdict::answered) {
                preferred_ = index;
                co_return std::move(*attempt);
            }
            failures.note(index, attempt);
            if (verdict == Verdict::unknown) give_up(failures, reading);
        }
        if (!failures.somebody_there()) break;
        co_await net::sleep_until(scheduler_, std::min(scheduler_.now() + pause_between_rounds, deadline));
    }
    give_up(failures, reading);
}

} // namespace bookstore::ctl
