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

std::string text_in(const boost::json::object& object, std::string_view member) {
    const auto* value = object.if_contains(member);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// For people: what is missing or not understood is left out.
void read_condition(const boost::json::object& object, cluster::Condition& condition) {
    condition.shortage = text_in(object, "shortage");
    condition.damage = text_in(object, "damage");
    if (const auto* verified = object.if_contains("verified"); verified != nullptr && verified->is_object()) {
        condition.state_verified = text_in(verified->get_object(), "state");
        condition.log_verified = text_in(verified->get_object(), "log");
    }
    const auto* slots = object.if_contains("without_voter");
    if (slots == nullptr || !slots->is_array()) return;
    boost::system::error_code failure;
    for (const auto& slot : slots->get_array()) {
        const auto number = slot.to_number<unsigned>(failure);
        if (!failure) condition.without_voter.push_back(number);
    }
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

    cluster::Report report;
    report.ready = ready->get_bool();
    report.leader = leader->get_bool();
    report.version = version->to_number<std::uint64_t>(error);
    if (error) return base::Errc::protocol_error;
    const std::string_view digits = digest->get_string();
    const char* const end = digits.data() + digits.size();
    const auto [stopped, failure] = std::from_chars(digits.data(), end, report.digest, 16);
    if (failure != std::errc() || stopped != end) return base::Errc::protocol_error;
    read_condition(*object, report.condition);
    return report;
}

} // namespace bookstore::roles
