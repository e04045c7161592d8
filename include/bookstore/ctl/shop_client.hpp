#pragma once
/// \file
/// Calls to whichever frontend answers: fail-over from one endpoint to the next, within one deadline.
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <bookstore/base/error.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/http_client.hpp>

namespace bookstore::ctl {

/// A command that was understood and did not succeed, in one line: exit status 1.
class CommandFailed : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// No answer that says whether the call was executed.
class OutcomeUnknown : public CommandFailed {
public:
    using CommandFailed::CommandFailed;
};

/// May a call be sent again when it may have been executed?
enum class Repeat {
    if_refused, ///< only when it certainly was not
    always,     ///< it reads, or carries an idempotency key
};

/// What one attempt means for the next.
enum class Verdict {
    answered,    ///< hand it to the command, whatever its status
    try_another, ///< certainly not executed, or harmless to repeat
    unknown,     ///< may have been executed, and must not be repeated
};
Verdict judge(const base::result<net::Response>& attempt, Repeat repeat);

/// Loop thread only; one call at a time. References outlive the client.
class ShopClient {
public:
    ShopClient(net::HttpClient& http, base::Scheduler& scheduler, std::vector<net::Endpoint> endpoints,
               base::Duration timeout, std::string admin_secret = {});

    /// Begins with the endpoint that answered last. When every endpoint in turn has failed, goes round again
    /// until the time is up, unless none could be reached at all. Throws CommandFailed when no frontend
    /// answered, and OutcomeUnknown when the call may have been executed nevertheless. Each says what
    /// happened where.
    boost::asio::awaitable<net::Response> send(net::HttpRequest request, Repeat repeat);

    /// Who gave the last answer.
    const net::Endpoint& endpoint() const { return endpoints_[preferred_]; }

private:
    net::HttpClient& http_;
    base::Scheduler& scheduler_;
    std::vector<net::Endpoint> endpoints_;
    base::Duration timeout_;
    std::string admin_secret_;
    std::size_t preferred_ = 0;
};

} // namespace bookstore::ctl
