#include <bookstore/net/http_message.hpp>

#include "net/text.hpp"

namespace bookstore::net {

std::string_view to_string(Verb verb) {
    switch (verb) {
    case Verb::get:
        return "GET";
    case Verb::head:
        return "HEAD";
    case Verb::post:
        return "POST";
    case Verb::put:
        return "PUT";
    case Verb::patch:
        return "PATCH";
    case Verb::delete_:
        return "DELETE";
    case Verb::options:
        return "OPTIONS";
    case Verb::other:
        break;
    }
    return "OTHER";
}

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
    for (const auto& [key, value] : headers) {
        if (iequals(key, name)) return value;
    }
    return std::nullopt;
}

std::optional<std::string_view> Request::header(std::string_view name) const {
    return find_header(headers, name);
}

std::optional<std::string_view> Response::header(std::string_view name) const {
    return find_header(headers, name);
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
    for (const auto& [key, value] : query) {
        if (key == name) return value;
    }
    return std::nullopt;
}

Response json_response(std::string body, int status) {
    Response response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

Response text_response(std::string body, int status) {
    Response response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(body);
    return response;
}

} // namespace bookstore::net
