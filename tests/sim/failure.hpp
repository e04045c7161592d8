#pragma once
/// \file
/// A promise of the core was broken.
#include <stdexcept>

namespace bookstore::sim {

class Failure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace bookstore::sim
