#pragma once
/// \file
/// A worker's failure, in words.
#include <exception>
#include <string>

namespace bookstore::replication {

/// `failure` is not empty.
inline std::string describe(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "unknown failure";
    }
}

} // namespace bookstore::replication
