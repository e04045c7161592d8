#include <bookstore/cluster/secret_file.hpp>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace bookstore::cluster {

std::string read_secret(const std::filesystem::path& file) {
    constexpr std::size_t bytes_max = 4'096;
    std::error_code failure;
    if (!std::filesystem::is_regular_file(file, failure))
        throw std::invalid_argument(failure ? "there is no such file" : "it is not a file");
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw std::invalid_argument("it cannot be read");

    std::string secret(bytes_max + 1, '\0');
    stream.read(secret.data(), static_cast<std::streamsize>(secret.size()));
    if (stream.bad()) throw std::invalid_argument("it cannot be read");
    secret.resize(static_cast<std::size_t>(stream.gcount()));
    if (secret.size() > bytes_max) throw std::invalid_argument("it is too long");
    if (secret.ends_with('\n')) secret.pop_back();
    if (secret.ends_with('\r')) secret.pop_back();
    if (secret.empty()) throw std::invalid_argument("it is empty");
    // It travels in an HTTP header: anything else would not arrive as it was written.
    if (!std::all_of(secret.begin(), secret.end(), [](char c) { return c > ' ' && c < '\x7f'; }))
        throw std::invalid_argument("it holds something other than one line of visible ASCII without spaces");
    return secret;
}

bool readable_by_everyone(const std::filesystem::path& file) {
    using std::filesystem::perms;
    std::error_code failure;
    const auto status = std::filesystem::status(file, failure);
    return !failure && (status.permissions() & perms::others_read) != perms::none;
}

} // namespace bookstore::cluster
