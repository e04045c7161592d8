#include <bookstore/base/hash.hpp>

#include <random>

#include <xxhash.h>

namespace bookstore::base {
namespace {

XXH64_hash_t table_seed() {
    static const XXH64_hash_t seed = [] {
        std::random_device dice;
        return XXH64_hash_t{dice()} << 32 | dice();
    }();
    return seed;
}

} // namespace

std::uint64_t hash64(std::string_view bytes) {
    return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint32_t checksum32(std::string_view bytes) {
    return static_cast<std::uint32_t>(hash64(bytes));
}

std::size_t TableHash::operator()(std::string_view key) const {
    return XXH3_64bits_withSeed(key.data(), key.size(), table_seed());
}

} // namespace bookstore::base
