#pragma once
/// \file
/// One table of routes per role: 404 and 405 (with Allow) fall out of it, and the API is visible on one
/// screen.
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <bookstore/net/http_message.hpp>

namespace bookstore::net {

/// The frame owns the request. Must answer before request.deadline; the session gives up a little after it.
using HttpHandler = std::function<boost::asio::awaitable<Response>(Request request)>;

/// Whom a route serves. `open`: anyone; `internal`: who shows the cluster's credential, when one is
/// configured; `admin`: who shows the admin credential, when one is configured.
enum class Access { open, internal, admin };

struct Route {
    Verb verb;
    std::string pattern; ///< "/v1/books/{id}": a {name} matches one non-empty segment
    HttpHandler handler;
    Access access = Access::open;
    bool head = true;        ///< a GET route serves HEAD too; not so where GET changes something
    bool in_reserve = false; ///< served on a connection over the limit too: how a full server is still judged
};

struct Credentials {
    std::string internal; ///< empty: none configured
    std::string admin;    ///< empty: none configured
};

/// Who answers what a server is asked.
class RequestHandler {
public:
    virtual ~RequestHandler() = default;

    /// Never throws. This outlives the call.
    virtual boost::asio::awaitable<Response> handle(Request request) const = 0;
    /// Whether a connection over the limit may ask for it.
    virtual bool serves_in_reserve(const Request& request) const = 0;
};

/// `Authorization: Bearer <credential>` is compared in constant time; without it
/// 401, with a wrong one 403. The internal credential opens admin routes too.
class Router final : public RequestHandler {
public:
    Router(std::vector<Route> routes, Credentials credentials);

    /// Never throws: what a handler throws becomes 500 and a log line. 404 when no pattern matches, 405 with
    /// Allow when one does for other verbs. Patterns without a {name} are preferred to those with one.
    boost::asio::awaitable<Response> handle(Request request) const override;

    /// Any thread.
    bool serves_in_reserve(const Request& request) const override;

private:
    const Route* find(Request& request) const;
    std::string allowed(std::string_view path) const;
    std::optional<Response> refuse(const Route& route, const Request& request) const;

    std::vector<Route> routes_; ///< those without a {name} first
    std::size_t exact_count_;   ///< how many those are
    Credentials credentials_;
};

} // namespace bookstore::net
