#include "sim/raft/disk.hpp"

namespace bookstore::sim {

Disk::Disk(Schedule& schedule, base::Random& random, const Weather& weather, Platter held, Done done)
    : platter(std::move(held)),
      schedule_(schedule),
      random_(random),
      weather_(weather),
      done_(std::move(done)) {}

void Disk::write(consensus::Persist step) {
    queue_.push_back(std::move(step));
    if (writing_ == 0) begin();
}

void Disk::stall(base::Duration duration) {
    stuck_until_ = schedule_.now() + duration;
}

void Disk::begin() {
    if (queue_.empty()) return;
    writing_ = 1 + static_cast<std::size_t>(random_.below(queue_.size())); // some steps share a sync
    const auto begun = std::max(schedule_.now(), stuck_until_);
    schedule_.at(begun + draw(random_, weather_.disk), [this, life = life_] {
        if (life == life_) finish();
    });
}

void Disk::finish() {
    if (schedule_.now() < stuck_until_) {
        schedule_.at(stuck_until_, [this, life = life_] {
            if (life == life_) finish();
        });
        return;
    }
    std::uint64_t sequence = 0;
    for (; writing_ > 0; --writing_) {
        sequence = queue_.front().sequence;
        platter.write(queue_.front());
        queue_.pop_front();
    }
    begin();
    done_(sequence);
}

void Disk::crash() {
    const auto survive = random_.below(queue_.size() + 1);
    for (std::uint64_t i = 0; i < survive; ++i)
        platter.write(queue_[static_cast<std::size_t>(i)]);
    queue_.clear();
    writing_ = 0;
    ++life_;
    stuck_until_ = {};
}

} // namespace bookstore::sim
