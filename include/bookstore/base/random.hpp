#pragma once
/// \file
/// Dice as a parameter: seeded from the kernel in production, from the run's seed in the simulator.
#include <cstdint>
#include <string>

namespace bookstore::base {

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014, section 5).
/// Not for secrets.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next();

    /// Uniform in [0, bound); `bound` > 0.
    std::uint64_t below(std::uint64_t bound);

    /// 128 bits in the shape of a version 4 UUID, e.g. for an idempotency key nobody else will make.
    std::string uuid();

private:
    std::uint64_t state_;
};

/// A seed from the kernel's generator.
std::uint64_t random_seed();

} // namespace bookstore::base
