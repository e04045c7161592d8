#pragma once
/// \file
/// A store that has failed to write is not written again: what the disk holds is not known any more, and an
/// fsync that is repeated after a failure may report success for data the kernel has already dropped.
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include "storage/sqlite.hpp"

namespace bookstore::storage {

class WriteLatch {
public:
    explicit WriteLatch(sqlite::Database& database) : database_(database) {}

    /// Runs `write`; once one has thrown, every further one is refused and the files are left alone.
    template <typename Write>
    void run(Write write) {
        if (!cause_.empty())
            throw std::runtime_error(database_.path() +
                                     ": write refused after an earlier failure: " + cause_);
        try {
            write();
        } catch (const std::exception& failure) {
            cause_ = failure.what();
            database_.abandon();
            throw;
        }
    }

private:
    sqlite::Database& database_;
    std::string cause_; ///< empty: never failed
};

} // namespace bookstore::storage
