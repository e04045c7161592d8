#pragma once
/// \file
/// The one failure of a disk that has a remedy other than another disk.
#include <stdexcept>

namespace bookstore::storage {

/// What a file holds cannot be: its bytes are not what was written. Names the file and what is wrong in it.
/// Whatever else fails (a disk that is full, a file of a newer program) is no Damaged.
class Damaged : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace bookstore::storage
