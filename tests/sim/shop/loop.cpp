#include "sim/shop/loop.hpp"

#include <boost/asio/post.hpp>

namespace bookstore::shopsim {

class Loop::LoopTimer final : public base::Timer {
public:
    LoopTimer(std::weak_ptr<Tasks> tasks, Key key) : tasks_(std::move(tasks)), key_(key) {}
    ~LoopTimer() override {
        if (const auto tasks = tasks_.lock()) tasks->erase(key_);
    }
    LoopTimer(const LoopTimer&) = delete;
    LoopTimer& operator=(const LoopTimer&) = delete;

private:
    std::weak_ptr<Tasks> tasks_;
    Key key_;
};

Loop::Loop(sim::Schedule& schedule, const HostClock& clock) : schedule_(schedule), clock_(clock) {}

/// What sleeps is posted to the loop when it is given up, so it goes while there is one.
Loop::~Loop() {
    std::exchange(backlog_, {}).clear();
    std::exchange(*tasks_, {}).clear();
}

void Loop::post(std::function<void()> task) {
    boost::asio::post(io_, std::move(task));
}

std::unique_ptr<base::Timer> Loop::at(base::TimePoint when, std::function<void()> task) {
    const Key key{when, next_++};
    tasks_->emplace(key, std::move(task));
    arm();
    return std::make_unique<LoopTimer>(tasks_, key);
}

void Loop::deliver(std::function<void()> event) {
    if (paused_) {
        backlog_.push_back(std::move(event));
        return;
    }
    event();
    run();
}

void Loop::pause_after(unsigned handlers) {
    handlers_left_ = handlers;
    if (handlers == 0) paused_ = true;
}

void Loop::resume(bool timers_first) {
    handlers_left_ = 0;
    if (!std::exchange(paused_, false)) return;
    run();
    if (timers_first) run_timers();
    for (auto due = std::exchange(backlog_, {}); !due.empty(); due.pop_front()) {
        if (paused_) {
            backlog_.push_back(std::move(due.front())); // paused again meanwhile
            continue;
        }
        due.front()();
        run();
    }
    run_timers();
}

void Loop::run() {
    while (!paused_ && io_.poll_one() > 0) {
        ++steps_;
        if (handlers_left_ > 0 && --handlers_left_ == 0) paused_ = true;
    }
}

void Loop::run_timers() {
    while (!paused_ && !tasks_->empty() && tasks_->begin()->first.first <= now()) {
        const auto first = tasks_->begin();
        const auto task = std::move(first->second);
        tasks_->erase(first);
        ++steps_;
        task();
        run();
    }
    if (!paused_) arm();
}

/// One thing is scheduled for all timers: the first of them.
void Loop::arm() {
    if (tasks_->empty() || tasks_->begin()->first.first >= armed_for_) return;
    armed_for_ = tasks_->begin()->first.first;
    schedule_.at(clock_.when(armed_for_), [weak = std::weak_ptr(self_), due = armed_for_] {
        const auto alive = weak.lock();
        if (!alive) return;
        Loop& loop = **alive;
        if (loop.armed_for_ == due) loop.armed_for_ = base::TimePoint::max();
        loop.run_timers();
    });
}

} // namespace bookstore::shopsim
