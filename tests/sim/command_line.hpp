#pragma once
/// \file
/// What the simulators' programs have in common.
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string_view>

#include <unistd.h>

namespace bookstore::sim {

inline std::optional<std::uint64_t> number_in(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Which run it is, for who is called when it aborts.
inline volatile std::uint64_t seed_under_way = 0;

/// An invariant of what is simulated aborts the process: the seed is told then too, with exit status 1.
inline void tell_seed_on_abort() {
    std::signal(SIGABRT, [](int) {
        char text[80];
        const int length = std::snprintf(text, sizeof text, "seed %llu: an invariant was broken\n",
                                         static_cast<unsigned long long>(seed_under_way));
        const auto written = ::write(STDOUT_FILENO, text, static_cast<std::size_t>(length));
        ::_exit(written > 0 ? 1 : 3);
    });
}

} // namespace bookstore::sim
