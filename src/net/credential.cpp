#include "net/credential.hpp"

#include <openssl/crypto.h>

#include "net/text.hpp"
#include <bookstore/net/problem.hpp>

namespace bookstore::net {

bool same_secret(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<std::string_view> bearer(const Headers& headers) {
    constexpr std::string_view scheme = "Bearer ";
    const auto value = find_header(headers, "Authorization");
    if (!value || !iequals(value->substr(0, scheme.size()), scheme)) return std::nullopt;
    return value->substr(scheme.size());
}

Response credential_missing() {
    return problem(401, "This request needs the header Authorization: Bearer <credential>.")
        .with("WWW-Authenticate", "Bearer");
}

Response credential_wrong() {
    return problem(403, "The credential in Authorization does not open this resource.");
}

} // namespace bookstore::net
