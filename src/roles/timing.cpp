#include "roles/timing.hpp"

#include <algorithm>
#include <utility>

#include <bookstore/net/server_timing.hpp>

namespace bookstore::roles {
namespace {

constexpr std::string_view shown_as = "Server-Timing";

void add_own(net::Response& response, const std::string& tier, base::Duration spent) {
    std::vector<net::Timing> timings{{tier, spent}};
    for (const auto& [name, value] : response.headers)
        if (name == shown_as) {
            for (net::Timing& below : net::parse_server_timing(value)) {
                below.time = std::min(below.time, timings.back().time);
                timings.push_back(std::move(below));
            }
        }
    std::erase_if(response.headers, [](const auto& header) { return header.first == shown_as; });
    response.with(std::string(shown_as), net::to_server_timing(timings));
}

boost::asio::awaitable<net::Response> measured(const net::HttpHandler& handler, net::Request request,
                                               const std::string& tier, const base::Scheduler& scheduler) {
    const auto began = scheduler.now();
    auto response = co_await handler(std::move(request));
    add_own(response, tier, scheduler.now() - began);
    co_return response;
}

} // namespace

bool wants_timing(const net::Request& request) {
    return request.header("Bookstore-Timing").has_value();
}

void show_times(net::Response& response, const TierTimes& times) {
    std::vector<net::Timing> timings;
    if (times.order) timings.push_back({"order", *times.order});
    if (times.catalog) timings.push_back({"catalog", *times.catalog});
    if (!timings.empty()) response.with(std::string(shown_as), net::to_server_timing(timings));
}

net::Response with_times(net::Response response, const net::Request& request,
                         const base::result<PurchaseAnswer>& answer) {
    if (answer && wants_timing(request)) show_times(response, answer->times);
    return response;
}

std::vector<net::Route> timed(std::vector<net::Route> routes, const std::string& tier,
                              const base::Scheduler& scheduler) {
    for (net::Route& route : routes)
        route.handler = [handler = std::move(route.handler), tier, &scheduler](net::Request request) {
            return wants_timing(request) ? measured(handler, std::move(request), tier, scheduler)
                                         : handler(std::move(request));
        };
    return routes;
}

} // namespace bookstore::roles
