#pragma once
/// \file
/// A worker's failure, in words.
#include <exception>
#include <string>

#include <bookstore/storage/damaged.hpp>

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

inline bool is_damage(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const storage::Damaged&) {
        return true;
    } catch (...) {
        return false;
    }
}

} // namespace bookstore::replication
