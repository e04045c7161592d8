#include "sim/raft/node.hpp"

#include "sim/raft/checker.hpp"

namespace bookstore::sim {

using namespace consensus;

Node::Node(Surroundings& around, NodeId id, Configuration configuration, Clock clock)
    : around_(around),
      id_(id),
      clock_(clock),
      random_(around.random.next()),
      disk_(around.schedule, around.random, around.weather, Platter(std::move(configuration)),
            [this](std::uint64_t sequence) { persisted(sequence); }) {
    restart();
}

Options Node::options() const {
    const auto& weather = around_.weather;
    return {.self = id_,
            .election_timeout = weather.election_timeout,
            .heartbeat_interval = weather.heartbeat_interval,
            .drift_margin = weather.drift_margin,
            .append_bytes_max = weather.append_bytes_max,
            .appends_in_flight_max = weather.appends_in_flight_max,
            .reluctant = weather.reluctant && number(id_) == static_cast<std::uint64_t>(weather.voters)};
}

bool Node::paused() const {
    return paused_until_ > around_.schedule.now();
}

bool Node::postpones(Schedule::Action action) {
    if (paused()) around_.schedule.at(paused_until_, std::move(action));
    return paused();
}

Schedule::Action Node::in_this_life(Schedule::Action action) {
    return [this, life = life_, act = std::move(action)] {
        if (life == life_) act();
    };
}

void Node::give(Event event) {
    if (!up()) return;
    if (paused()) {
        around_.schedule.at(paused_until_, [this, e = std::move(event)]() mutable { give(std::move(e)); });
        return;
    }
    if (installing_) return; // lost, as messages may be; asked again, as all else is
    step(std::move(event));
}

void Node::step(Event event) {
    auto effects = core_->step(std::move(event), local_now());
    around_.checker.examine(*this, effects);
    carry_out(std::move(effects));
    wake_in_time();
}

void Node::carry_out(Effects effects) {
    if (effects.persist) {
        asked_ = effects.persist->sequence;
        disk_.write(std::move(*effects.persist));
    }
    for (auto& message : effects.messages)
        send(std::move(message));
    for (auto& message : effects.held)
        held_.push_back(std::move(message));
    for (const auto& entry : effects.committed)
        apply(entry);
    for (const auto& answer : effects.reads) {
        if (answer.ok) around_.checker.read_answered(*this, answer.index, reads_.at(answer.id));
        reads_.erase(answer.id);
    }
    for (const auto& snapshot : effects.snapshots)
        around_.send_snapshot(*this, snapshot.to);
    if (effects.change && effects.change->role == Role::leader) around_.leader_rose(*this);
}

void Node::send(Message message) {
    around_.checker.sent(*this, message);
    around_.network.send(std::move(message));
}

void Node::apply(const Entry& entry) {
    around_.checker.applied(*this, entry);
    applied_ = entry.index;
    const auto proposal = proposed_.find(entry.index);
    if (proposal == proposed_.end()) return;
    if (proposal->second == entry.term) around_.checker.acknowledged(entry);
    proposed_.erase(proposal);
}

void Node::persisted(std::uint64_t sequence) {
    if (postpones(in_this_life([this, sequence] { persisted(sequence); }))) return;
    while (!held_.empty() && held_.front().after <= sequence) {
        send(std::move(held_.front().message));
        held_.pop_front();
    }
    reported_ = sequence;
    step(Persisted{sequence});
    if (installing_) install_when_quiet();
}

void Node::crash() {
    // What was applied may have reached the disk, or only what a checkpoint forced there.
    if (one_in(around_.random, 2)) disk_.platter.checkpoint(applied_);
    disk_.crash();
    core_.reset();
    held_.clear();
    proposed_.clear();
    reads_.clear();
    if (installing_) std::exchange(installing_, nullptr)->done(std::nullopt);
    ++life_;
}

void Node::restart() {
    auto restored = disk_.platter.restored();
    applied_ = restored.applied;
    paused_until_ = {};
    alarm_at_ = {};
    asked_ = reported_ = 0;
    core_ = std::make_unique<Raft>(options(), std::move(restored), random_, local_now());
    around_.checker.restarted(*this);
    wake_in_time();
}

void Node::lose_disk() {
    if (up()) crash();
    gone_ = true;
}

void Node::pause(base::Duration duration) {
    if (!paused()) paused_until_ = around_.schedule.now() + duration;
}

void Node::compact(std::uint64_t tail) {
    if (!up() || paused() || installing_ || number(applied_) <= tail) return;
    disk_.platter.checkpoint(applied_);
    step(CompactionAsked{applied_ - tail});
}

void Node::propose(std::shared_ptr<const std::string> payload) {
    if (!up() || paused() || installing_ || !core_->may_propose()) return;
    proposed_[core_->last_index() + 1] = core_->term();
    step(Proposed{std::move(payload)});
}

void Node::read() {
    if (!up() || paused() || installing_) return;
    const auto id = ++read_count_;
    reads_[id] = around_.checker.newest_applied();
    step(ReadAsked{id});
}

void Node::wake_in_time() {
    const auto due = core_->next_deadline();
    if (alarm_at_ != base::TimePoint{} && alarm_at_ <= due) return; // rings earlier, and looks again
    alarm_at_ = due;
    around_.schedule.at(clock_.when(due), in_this_life([this, alarm = ++alarm_] { wake(alarm); }));
}

void Node::wake(std::uint64_t alarm) {
    if (alarm != alarm_ || postpones(in_this_life([this, alarm] { wake(alarm); }))) return;
    alarm_at_ = {};
    if (installing_) return;
    if (local_now() >= core_->next_deadline())
        step(Tick{});
    else
        wake_in_time();
}

bool Node::receive(Snapshot snapshot, Received done) {
    if (!up() || paused() || installing_) return false;
    installing_ = std::make_unique<Installation>(Installation{snapshot, std::move(done)});
    install_when_quiet();
    return true;
}

/// No event is given from here on, but for what the disk still has to say.
void Node::install_when_quiet() {
    if (reported_ != asked_) return;
    around_.schedule.after(draw(around_.random, around_.weather.disk), in_this_life([this] { install(); }));
}

void Node::install() {
    if (postpones(in_this_life([this] { install(); }))) return;
    const auto installation = std::move(installing_);
    const auto& snapshot = installation->snapshot;
    if (core_->wants_snapshot(snapshot.index, snapshot.term)) {
        disk_.platter.install(snapshot.index, snapshot.term, snapshot.configuration);
        applied_ = snapshot.index;
        proposed_.clear();
        step(SnapshotInstalled{snapshot.leader, snapshot.leader_term, snapshot.index, snapshot.term,
                               snapshot.configuration});
    } else {
        wake_in_time();
    }
    installation->done(core_->commit_index());
}

} // namespace bookstore::sim
