#include <bookstore/cluster/health.hpp>

namespace bookstore::cluster {

std::string_view to_string(ReplicaState state) {
    switch (state) {
    case ReplicaState::down:
        return "down";
    case ReplicaState::resyncing:
        return "resyncing";
    case ReplicaState::up:
        break;
    }
    return "up";
}

HealthJudge::HealthJudge(unsigned rise, unsigned fall) : rise_(rise), fall_(fall) {
    INVARIANT(rise > 0 && fall > 0);
}

void HealthJudge::answered(const Report& report, base::WallTime at) {
    last_ = report;
    last_seen_ = at;
    bad_ = 0;
    if (good_ < rise_) ++good_;
    if (good_ >= rise_) up_ = true;
    if (up_ && report.ready) {
        ever_up_ = true;
        crashed_ = false;
    }
}

void HealthJudge::missed() {
    good_ = 0;
    if (bad_ < fall_) ++bad_;
    if (bad_ < fall_) return;
    up_ = false;
    crashed_ = ever_up_; // one that has not started yet has not crashed
}

void HealthJudge::refused() {
    bad_ = fall_;
    missed();
}

ReplicaState HealthJudge::state() const {
    if (!up_) return ReplicaState::down;
    return last_.ready ? ReplicaState::up : ReplicaState::resyncing;
}

bool HealthJudge::crashed() const {
    return crashed_;
}

std::optional<base::WallTime> HealthJudge::last_seen() const {
    return last_seen_;
}

const Report& HealthJudge::last() const {
    return last_;
}

} // namespace bookstore::cluster
