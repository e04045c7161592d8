#include <bookstore/base/random.hpp>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include <openssl/sha.h>
#include <sys/random.h>

#include <bookstore/base/error.hpp>

namespace bookstore::base {

std::uint64_t Random::next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

std::uint64_t Random::below(std::uint64_t bound) {
    INVARIANT(bound > 0);
    // The lowest 2^64 mod bound values would make small results likelier than others: roll again.
    const std::uint64_t unfair = (0 - bound) % bound;
    std::uint64_t roll = next();
    while (roll < unfair)
        roll = next();
    return roll % bound;
}

std::string Random::uuid() {
    // Through a one-way function: from one key, which any reader of an order sees, nobody is to tell the
    // next.
    const std::uint64_t roll = next();
    std::array<std::uint64_t, SHA256_DIGEST_LENGTH / sizeof(std::uint64_t)> mixed{};
    SHA256(reinterpret_cast<const unsigned char*>(&roll), sizeof roll,
           reinterpret_cast<unsigned char*>(mixed.data()));
    const std::uint64_t high = (mixed[0] & ~std::uint64_t{0xf000}) | 0x4000;                     // version 4
    const std::uint64_t low = (mixed[1] & ~(std::uint64_t{3} << 62)) | (std::uint64_t{2} << 62); // variant 10
    std::array<char, 37> text{};
    std::snprintf(text.data(), text.size(), "%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(high >> 32),
                  static_cast<unsigned>((high >> 16) & 0xffff), static_cast<unsigned>(high & 0xffff),
                  static_cast<unsigned>(low >> 48), static_cast<unsigned long long>(low & 0xffff'ffff'ffff));
    return text.data();
}

std::uint64_t random_seed() {
    std::uint64_t seed = 0;
    // Up to 256 bytes come whole or not at all; only the wait for the kernel's first entropy can be
    // interrupted.
    while (::getrandom(&seed, sizeof seed, 0) < 0) {
        if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    return seed;
}

} // namespace bookstore::base
