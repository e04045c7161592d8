#pragma once
/// \file
/// What one bounded piece of a verification at rest came to.
#include <cstddef>

namespace bookstore::storage {

struct Scrubbed {
    std::size_t bytes = 0; ///< read and verified
    bool whole = false;    ///< that was the last piece: the next call begins anew
};

} // namespace bookstore::storage
