#include <bookstore/net/router.hpp>

#include <algorithm>

#include "net/asio.hpp"
#include "net/credential.hpp"
#include <bookstore/base/log.hpp>
#include <bookstore/net/problem.hpp>

namespace bookstore::net {
namespace {

bool is_exact(const Route& route) {
    return route.pattern.find('{') == std::string::npos;
}

std::string_view take_segment(std::string_view& path) {
    const auto segment = path.substr(0, path.find('/', 1));
    path.remove_prefix(segment.size());
    return segment;
}

/// Whether `path` is of the pattern; what its {name}s match goes to `captures` when that is not null.
bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>* captures) {
    while (!pattern.empty() && !path.empty()) {
        const auto wanted = take_segment(pattern);
        const auto given = take_segment(path);
        if (!wanted.starts_with("/{")) {
            if (wanted != given) return false;
        } else if (given.size() < 2) {
            return false;
        } else if (captures != nullptr) {
            captures->emplace_back(given.substr(1));
        }
    }
    return pattern.empty() && path.empty();
}

bool serves(const Route& route, Verb verb) {
    return route.verb == verb || (verb == Verb::head && route.verb == Verb::get && route.head);
}

} // namespace

Router::Router(std::vector<Route> routes, Credentials credentials)
    : routes_(std::move(routes)), credentials_(std::move(credentials)) {
    const auto first = std::stable_partition(routes_.begin(), routes_.end(), is_exact);
    exact_count_ = static_cast<std::size_t>(first - routes_.begin());
}

const Route* Router::find(Request& request) const {
    for (std::size_t at = 0; at < routes_.size(); ++at) {
        const auto& route = routes_[at];
        if (!serves(route, request.verb)) continue;
        if (at < exact_count_) {
            if (route.pattern == request.path) return &route;
            continue;
        }
        request.captures.clear();
        if (matches(route.pattern, request.path, &request.captures)) return &route;
    }
    return nullptr;
}

/// The value of Allow for `path`; empty when no route serves it.
std::string Router::allowed(std::string_view path) const {
    std::vector<std::string_view> verbs;
    for (const auto& route : routes_) {
        if (path != "*" && !matches(route.pattern, path, nullptr)) continue;
        verbs.push_back(to_string(route.verb));
        if (serves(route, Verb::head)) verbs.push_back(to_string(Verb::head));
    }
    std::sort(verbs.begin(), verbs.end());
    verbs.erase(std::unique(verbs.begin(), verbs.end()), verbs.end());
    std::string out;
    for (const auto verb : verbs)
        out.append(out.empty() ? "" : ", ").append(verb);
    return out;
}

std::optional<Response> Router::refuse(const Route& route, const Request& request) const {
    const bool admin = route.access == Access::admin;
    const std::string& wanted = admin ? credentials_.admin : credentials_.internal;
    if (route.access == Access::open || wanted.empty()) return std::nullopt;
    const auto shown = bearer(request.headers);
    if (!shown) return credential_missing();
    const bool is_internal = !credentials_.internal.empty() && same_secret(*shown, credentials_.internal);
    if (is_internal || (admin && same_secret(*shown, wanted))) return std::nullopt;
    return credential_wrong();
}

bool Router::serves_in_reserve(const Request& request) const {
    const auto end = routes_.begin() + static_cast<std::ptrdiff_t>(exact_count_);
    return std::any_of(routes_.begin(), end, [&](const Route& route) {
        return route.in_reserve && serves(route, request.verb) && route.pattern == request.path;
    });
}

asio::awaitable<Response> Router::handle(Request request) const {
    const Route* route = find(request);
    if (route == nullptr) {
        auto allow = allowed(request.path);
        if (request.path == "*") co_return Response{204, "", {{"Allow", std::move(allow)}}, ""};
        if (allow.empty()) co_return problem(404, "There is nothing at " + request.path + ".");
        auto detail = std::string(to_string(request.verb)) + " is not served here; allowed: " + allow + ".";
        co_return problem(405, detail).with("Allow", std::move(allow));
    }
    if (auto refusal = refuse(*route, request)) co_return std::move(*refusal);
    const Verb verb = request.verb;
    const std::string path = request.path;
    std::string fault;
    try {
        co_return co_await route->handler(std::move(request));
    } catch (const std::exception& e) {
        fault = e.what();
    } catch (...) {
        fault = "not an exception we know";
    }
    base::log::error("handler failed", {{"verb", to_string(verb)}, {"path", path}, {"reason", fault}});
    co_return problem(500, "The request failed for a reason that is in this server's log.");
}

} // namespace bookstore::net
