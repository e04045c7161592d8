#include "replication/checkpoints.hpp"

#include <algorithm>
#include <utility>

#include "replication/failure.hpp"

namespace bookstore::replication {
namespace {

constexpr std::size_t marks_per_tail = 64;
constexpr std::size_t entry_overhead_bytes = 64; ///< of one entry beside its payload, roughly

} // namespace

LogTail::LogTail(std::size_t keep_bytes) : keep_bytes_(keep_bytes) {}

void LogTail::applied(std::uint64_t index, std::size_t bytes) {
    total_ += bytes + entry_overhead_bytes;
    if (!marks_.empty() && total_ - marks_.back().total < keep_bytes_ / marks_per_tail) return;
    marks_.push_back({index, total_});
    // Of the marks that leave enough, only the last is of use.
    while (marks_.size() > 1 && total_ - marks_[1].total >= keep_bytes_)
        marks_.pop_front();
}

std::uint64_t LogTail::cut() const {
    return !marks_.empty() && total_ - marks_.front().total >= keep_bytes_ ? marks_.front().index : 0;
}

void LogTail::clear() {
    total_ = 0;
    marks_.clear();
}

Checkpoints::Checkpoints(storage::StateStore& store, base::Worker& worker, std::size_t checkpoint_bytes,
                         std::size_t log_keep_bytes, Hooks hooks)
    : store_(store),
      worker_(worker),
      checkpoint_bytes_(checkpoint_bytes),
      tail_(log_keep_bytes),
      hooks_(std::move(hooks)),
      self_(std::make_shared<Checkpoints*>(this)) {}

Checkpoints::~Checkpoints() = default;

void Checkpoints::applied(std::uint64_t index, std::size_t bytes) {
    tail_.applied(index, bytes);
    since_bytes_ += bytes;
}

void Checkpoints::run() {
    if (!running_ && since_bytes_ >= checkpoint_bytes_) checkpoint();
    compact();
}

void Checkpoints::checkpoint() {
    running_ = true;
    since_bytes_ = 0;
    hooks_.flush();
    auto durable_index = std::make_shared<std::uint64_t>(0);
    worker_.submit([&store = store_, durable_index] { *durable_index = store.checkpoint().index; },
                   [weak = std::weak_ptr(self_), durable_index](std::exception_ptr failure) {
                       if (const auto self = weak.lock()) (*self)->done(*durable_index, std::move(failure));
                   });
}

void Checkpoints::done(std::uint64_t durable_index, std::exception_ptr failure) {
    running_ = false;
    if (failure) return hooks_.failed(describe(failure));
    durable_ = std::max(durable_, durable_index);
    compact();
}

/// The tail's cut moves by one mark at a time, so each of these erases little.
void Checkpoints::compact() {
    const auto index = std::min(durable_, tail_.cut());
    if (index <= cut_) return;
    cut_ = index;
    hooks_.compact(index);
}

} // namespace bookstore::replication
