#include "sim/shop/disk.hpp"

#include <algorithm>

namespace bookstore::shopsim {

roles::GroupDisk HostDisk::open(const std::string& group, std::span<const base::Table> tables,
                                base::Scheduler& scheduler) {
    GroupFiles& files = files_[group];
    return {std::make_unique<test::MemoryLog>(files.log),
            std::make_unique<test::MemoryState>(files.state),
            std::make_unique<test::MemorySnapshots>(files.state, tables),
            std::make_unique<DiskWorker>(*this, scheduler),
            std::make_unique<DiskWorker>(*this, scheduler),
            std::make_unique<DiskWorker>(*this, scheduler)};
}

void HostDisk::interrupt() {
    for (DiskWorker* worker : at_work_)
        if (sim::one_in(random_, 2)) worker->finish_silently();
}

void HostDisk::cut_power() {
    for (auto& [group, files] : files_)
        files.state.cut_power();
}

void HostDisk::break_down() {
    broken_ = true;
    for (auto& [group, files] : files_) {
        if (sim::one_in(random_, 2))
            files.log.writes_left = 0;
        else
            files.state.broken = true;
    }
}

void HostDisk::repair() {
    broken_ = false;
    slow_ = 1;
    stuck_until_ = {};
    for (auto& [group, files] : files_) {
        files.log.writes_left.reset();
        files.state.broken = false;
    }
}

base::Duration HostDisk::latency() {
    const auto takes = sim::draw(random_, weather_.disk) * slow_;
    const auto now = schedule_.now();
    return stuck_until_ > now ? stuck_until_ - now + takes : takes;
}

DiskWorker::DiskWorker(HostDisk& disk, base::Scheduler& scheduler) : disk_(disk), scheduler_(scheduler) {
    disk_.at_work_.push_back(this);
}

DiskWorker::~DiskWorker() {
    std::erase(disk_.at_work_, this);
}

void DiskWorker::submit(std::function<void()> job, Done done) {
    queue_.emplace_back(std::move(job), std::move(done));
    if (queue_.size() == 1) start();
}

void DiskWorker::start() {
    timer_ = scheduler_.after(disk_.latency(), [this] { run(); });
}

void DiskWorker::run() {
    timer_.reset();
    if (disk_.stuck_until_ > disk_.schedule_.now()) return start();
    std::exception_ptr failure;
    try {
        queue_.front().first();
    } catch (...) {
        failure = std::current_exception();
    }
    const auto done = std::move(queue_.front().second);
    queue_.pop_front();
    if (!queue_.empty()) start();
    if (done) done(failure);
}

void DiskWorker::finish_silently() {
    if (queue_.empty()) return;
    try {
        queue_.front().first();
    } catch (const std::exception&) {
        return; // the disk failed first
    }
}

} // namespace bookstore::shopsim
