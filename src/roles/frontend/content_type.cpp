#include "roles/frontend/content_type.hpp"

#include <algorithm>
#include <cctype>
#include <string>

#include <bookstore/net/problem.hpp>

namespace bookstore::roles::frontend {

std::optional<net::Response> refuse_unless_json(std::optional<std::string_view> content_type) {
    if (!content_type) return std::nullopt;
    std::string_view type = content_type->substr(0, content_type->find(';'));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t'))
        type.remove_suffix(1);
    constexpr std::string_view json = "application/json";
    const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
    if (std::equal(type.begin(), type.end(), json.begin(), json.end(), same)) return std::nullopt;
    return net::problem(415, "The body must be application/json, not " + std::string(*content_type) + ".")
        .with("Accept", "application/json");
}

} // namespace bookstore::roles::frontend
