#pragma once
/// \file
/// What a fuzz target is: one function over bytes. It returns for whatever it is given; what it finds wrong
/// aborts (it checks with INVARIANT(), which is on in every build), and the input is kept.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <bookstore/base/error.hpp>

/// Each *_fuzz.cpp has its own; libfuzzer.cpp or replay.cpp calls it.
void fuzz_one(std::string_view input);

namespace bookstore::fuzz {

/// The first byte of an input says which of several things it is for.
inline std::uint8_t take_choice(std::string_view& input) {
    if (input.empty()) return 0;
    const auto choice = static_cast<std::uint8_t>(input.front());
    input.remove_prefix(1);
    return choice;
}

} // namespace bookstore::fuzz
