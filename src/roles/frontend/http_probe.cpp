#include <bookstore/roles/frontend/http_probe.hpp>

#include <charconv>

#include <boost/json/parse.hpp>

namespace bookstore::roles {
namespace {

boost::asio::awaitable<base::result<cluster::Report>> ask(net::HttpClient& client, net::HttpRequest request,
                                                          net::Endpoint to, base::TimePoint deadline) {
    const auto response = co_await client.send(std::move(to), std::move(request), deadline);
    if (!response) co_return response.error();
    if (response->status != 200) co_return base::Errc::protocol_error;
    co_return parse_heartbeat(response->body);
}

} // namespace

cluster::HealthMonitor::Probe http_probe(net::HttpClient& client, std::string secret) {
    net::HttpRequest request;
    request.target = "/heartbeat";
    if (!secret.empty()) request.headers.emplace_back("Authorization", "Bearer " + secret);
    return [&client, request = std::move(request)](net::Endpoint to, base::TimePoint deadline) {
        return ask(client, request, std::move(to), deadline);
    };
}

base::result<cluster::Report> parse_heartbeat(std::string_view body) {
    boost::system::error_code error;
    const auto value = boost::json::parse(body, error);
    const auto* object = error ? nullptr : value.if_object();
    if (object == nullptr) return base::Errc::protocol_error;
    const auto* ready = object->if_contains("ready");
    const auto* leader = object->if_contains("leader");
    const auto* version = object->if_contains("version");
    const auto* digest = object->if_contains("digest");
    if (!ready || !ready->is_bool() || !leader || !leader->is_bool() || !version || !version->is_number() ||
        !digest || !digest->is_string())
        return base::Errc::protocol_error;

    cluster::Report report{ready->get_bool(), leader->get_bool(), 0, 0};
    report.version = version->to_number<std::uint64_t>(error);
    if (error) return base::Errc::protocol_error;
    const std::string_view digits = digest->get_string();
    const char* const end = digits.data() + digits.size();
    const auto [stopped, failure] = std::from_chars(digits.data(), end, report.digest, 16);
    if (failure != std::errc() || stopped != end) return base::Errc::protocol_error;
    return report;
}

} // namespace bookstore::roles
