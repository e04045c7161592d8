#include <bookstore/base/hash.hpp>

#include <xxhash.h>

namespace bookstore::base {

std::uint64_t hash64(std::string_view bytes) {
    return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint32_t checksum32(std::string_view bytes) {
    return static_cast<std::uint32_t>(hash64(bytes));
}

} // namespace bookstore::base
