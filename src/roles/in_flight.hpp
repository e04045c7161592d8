#pragma once
/// \file
/// How many are under way.
#include <cstddef>
#include <memory>
#include <utility>

namespace bookstore::roles {

/// Counts for as long as it is there. Shares the total, which may be read by an owner that goes first.
class InFlight {
public:
    explicit InFlight(std::shared_ptr<std::size_t> total, std::size_t count = 1)
        : total_(std::move(total)), count_(count) {
        *total_ += count_;
    }
    ~InFlight() { *total_ -= count_; }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

private:
    std::shared_ptr<std::size_t> total_;
    std::size_t count_;
};

} // namespace bookstore::roles
