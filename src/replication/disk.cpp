#include "replication/disk.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include <prometheus/counter.h>
#include <prometheus/histogram.h>

#include <bookstore/base/log.hpp>

#include "replication/failure.hpp"

namespace bookstore::replication {
namespace {

constexpr base::Duration slow_write = base::seconds(1);
constexpr std::size_t shared_write_bytes_max = 4u << 20;

void add_to(storage::LogWrite& write, const consensus::Persist& step) {
    if (step.hard_state)
        write.vote = storage::VoteRecord{number(step.hard_state->term), number(step.hard_state->vote)};
    if (step.truncate_from) write.truncate_from = number(*step.truncate_from);
    for (const auto& entry : step.append)
        write.append.push_back(
            {number(entry.index), number(entry.term), static_cast<std::uint8_t>(entry.kind), entry.payload});
    if (step.compact_to) write.compact_to = number(*step.compact_to);
}

std::size_t payload_bytes(const consensus::Persist& step) {
    std::size_t bytes = 0;
    for (const auto& entry : step.append)
        bytes += entry.payload->size();
    return bytes;
}

} // namespace

struct Disk::Job {
    storage::LogWrite write;
    std::uint64_t sequence = 0; ///< of the last step in it; 0: none
    std::size_t bytes = 0;
    std::function<void()> done;

    /// A write is in order vote, truncation, appends: only further votes and appends go behind those.
    bool may_take(const consensus::Persist& step, std::size_t step_bytes) const {
        return sequence != 0 && !step.truncate_from && !step.compact_to && !write.compact_to &&
               bytes + step_bytes <= shared_write_bytes_max;
    }
};

struct Disk::Meters {
    prometheus::Histogram& seconds;
    prometheus::Counter& steps;
};

Disk::Disk(const std::string& group, storage::LogStore& store, base::Worker& worker,
           base::Scheduler& scheduler, base::Metrics& metrics, SlowDisk pace, Hooks hooks)
    : group_(group),
      store_(store),
      worker_(worker),
      scheduler_(scheduler),
      meters_(std::make_unique<Meters>(Meters{
          metrics.histogram("bookstored_log_write_seconds", "Log writes with their sync",
                            {.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5},
                            {{"group", group}}),
          metrics.counter("bookstored_log_steps_total",
                          "Durable steps asked of the log; several share a write", {{"group", group}})})),
      pace_(pace),
      hooks_(std::move(hooks)),
      self_(std::make_shared<Disk*>(this)) {}

Disk::~Disk() = default;

void Disk::persist(const consensus::Persist& step, std::optional<std::string> metadata) {
    if (failed_) return;
    meters_->steps.Increment();
    const auto bytes = payload_bytes(step);
    if (!metadata && !queue_.empty() && queue_.back()->may_take(step, bytes)) {
        add_to(queue_.back()->write, step);
        queue_.back()->sequence = step.sequence;
        queue_.back()->bytes += bytes;
        return;
    }
    auto job = std::make_unique<Job>();
    add_to(job->write, step);
    job->write.metadata = std::move(metadata);
    job->sequence = step.sequence;
    job->bytes = bytes;
    submit(std::move(job));
}

void Disk::hold(consensus::HeldMessage held) {
    if (failed_) return;
    if (held.after <= durable_) return hooks_.release(held.message);
    held_.push_back(std::move(held));
}

void Disk::write_metadata(std::string bytes, std::function<void()> done) {
    auto job = std::make_unique<Job>();
    job->write.metadata = std::move(bytes);
    job->done = std::move(done);
    submit(std::move(job));
}

void Disk::reset(storage::LogWrite::Reset base, std::string metadata, std::function<void()> done) {
    auto job = std::make_unique<Job>();
    job->write.metadata = std::move(metadata);
    job->write.reset = base;
    job->done = std::move(done);
    submit(std::move(job));
}

void Disk::submit(std::unique_ptr<Job> job) {
    if (failed_) return;
    queue_.push_back(std::move(job));
    if (!running_) start_next();
}

void Disk::start_next() {
    if (queue_.empty()) return;
    running_ = std::move(queue_.front());
    queue_.pop_front();
    started_ = scheduler_.now();
    pace_.began(started_);
    watch_for_stall();
    worker_.submit([&store = store_, job = running_] { store.write(job->write); },
                   [weak = std::weak_ptr(self_)](std::exception_ptr failure) {
                       if (const auto self = weak.lock()) (*self)->completed(std::move(failure));
                   });
}

void Disk::completed(std::exception_ptr failure) {
    if (failed_) return;
    const auto took = scheduler_.now() - started_;
    meters_->seconds.Observe(std::chrono::duration<double>(took).count());
    pace_.ended(scheduler_.now());
    const auto job = std::exchange(running_, nullptr);
    if (failure) return fail(describe(failure));
    if (took > slow_write)
        base::log::warning("a log write was slow",
                           {{"group", group_},
                            {"ms", std::chrono::duration_cast<base::milliseconds>(took).count()},
                            {"bytes", job->bytes}});
    start_next(); // the disk works while its news are dealt with
    if (job->sequence != 0) {
        durable_ = job->sequence;
        while (!held_.empty() && held_.front().after <= durable_) {
            const auto message = std::move(held_.front().message);
            held_.pop_front();
            hooks_.release(message);
        }
        hooks_.durable(durable_);
    }
    if (job->done) job->done();
}

/// One timer watches over many writes: most have ended long before it looks.
void Disk::watch_for_stall() {
    if (stall_ || !running_ || stall_told_ == started_) return;
    stall_ = scheduler_.at(started_ + slow_write, [this] {
        stall_.reset();
        if (running_ && scheduler_.now() >= started_ + slow_write) {
            stall_told_ = started_;
            base::log::warning("a log write is not coming to an end",
                               {{"group", group_}, {"jobs_behind_it", queue_.size()}});
        }
        watch_for_stall();
    });
}

void Disk::halt() {
    failed_ = true;
    queue_.clear();
    held_.clear();
    stall_.reset();
}

void Disk::fail(const std::string& cause) {
    halt();
    hooks_.failed(cause);
}

} // namespace bookstore::replication
