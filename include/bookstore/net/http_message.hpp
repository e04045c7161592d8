#pragma once
/// \file
/// Requests and responses as handlers see them: parsed, decoded, bounded, and free of Beast.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <bookstore/base/time.hpp>

namespace bookstore::net {

enum class Verb { get, head, post, put, patch, delete_, options, other };

std::string_view to_string(Verb verb);

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The first header of that name (case-insensitive), or nothing. The view points into `headers`.
std::optional<std::string_view> find_header(const Headers& headers, std::string_view name);

struct Request {
    Verb verb = Verb::get;
    std::string target;                                     ///< as sent
    std::string path;                                       ///< percent-decoded, without the query
    std::vector<std::pair<std::string, std::string>> query; ///< percent-decoded, '+' is a space, in order
    std::vector<std::string> captures;                      ///< what the route's {name}s matched, in order
    Headers headers;                                        ///< names as sent; look up with header()
    std::string body;
    base::TimePoint deadline; ///< when the answer must have been given
    std::string peer;         ///< the client's address, for logs

    /// The first header of that name (case-insensitive), or nothing.
    std::optional<std::string_view> header(std::string_view name) const;
    /// The first query parameter of that name, or nothing.
    std::optional<std::string_view> parameter(std::string_view name) const;
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    Headers headers; ///< beyond Content-Type, Content-Length, Date and Connection, which the session writes
    std::string body;
    std::shared_ptr<void> held =
        {}; ///< whatever is to be let go of when the answer has been sent, or cannot be

    /// The first header of that name (case-insensitive), or nothing.
    std::optional<std::string_view> header(std::string_view name) const;

    Response& with(std::string name, std::string value) & {
        headers.emplace_back(std::move(name), std::move(value));
        return *this;
    }
    Response&& with(std::string name, std::string value) && {
        headers.emplace_back(std::move(name), std::move(value));
        return std::move(*this);
    }
};

Response json_response(std::string body, int status = 200);
Response text_response(std::string body, int status = 200);

} // namespace bookstore::net
