#pragma once
/// \file
/// For log lines that a stranger can cause: at most one in a while, which tells how many were held back.
#include <cstdint>
#include <optional>
#include <utility>

#include <bookstore/base/time.hpp>

namespace bookstore::base {

/// One thread.
class LogLimit {
public:
    explicit LogLimit(Duration period = seconds(1)) : period_(period) {}

    /// Whether a line may be written now; if so, how many were not since the last one.
    std::optional<std::uint64_t> pass(TimePoint now) {
        if (now < next_) {
            ++held_back_;
            return std::nullopt;
        }
        next_ = now + period_;
        return std::exchange(held_back_, 0);
    }

private:
    Duration period_;
    TimePoint next_{};
    std::uint64_t held_back_ = 0;
};

} // namespace bookstore::base
