#pragma once
/// \file
/// When purchases that wait leave for the order replicas in a call.
#include <algorithm>
#include <cstddef>

#include <bookstore/base/time.hpp>
#include <bookstore/roles/protocol.hpp>

namespace bookstore::roles::frontend {

/// Two calls under way keep both groups below busy, one with each; a third would only make them smaller, and
/// each tier below has as much work with a call as with some ten purchases. Of the two, the second leaves
/// when it is as large as the first: else what waits costs less in one with what comes. A buyer who has been
/// told mostly comes again at once; so a moment is given to those who were just told, or a handful of early
/// ones would leave, the rest miss that call, and three loads take turns at two places. Pure: told what
/// happens and when.
class Departures {
public:
    static constexpr std::size_t together_max = 2;
    /// A call that takes longer, at a replica that is stuck or slow, holds nobody back any more: twice as
    /// long as the last that was answered, within these bounds.
    static constexpr base::Duration patience_min = base::milliseconds(10);
    static constexpr base::Duration patience_max = base::milliseconds(100);

    struct UnderWay {
        std::size_t calls = 0;     ///< that have not been out for longer than patience()
        std::size_t last_load = 0; ///< purchases in the one that left last
    };

    base::Duration patience() const { return std::clamp(2 * took_, patience_min, patience_max); }

    bool may_leave(std::size_t waiting, const UnderWay& under_way, base::TimePoint now) const {
        if (waiting == 0 || under_way.calls >= together_max) return false;
        if (under_way.calls == 0 || waiting >= Purchases::count_max) return true;
        if (now >= expected_until_) return waiting >= under_way.last_load;
        if (expected_ == 0) return 2 * waiting >= under_way.last_load;
        return waiting >= std::min(under_way.last_load + expected_, Purchases::count_max);
    }
    /// When may_leave() may change though nothing happens; in the past: it does not.
    base::TimePoint expected_until() const { return expected_until_; }

    void answered(base::Duration took) { took_ = took; }
    /// So many of the call answered last have been told, now.
    void told(std::size_t purchases, base::TimePoint now) {
        if (now >= expected_until_) expected_ = 0;
        expected_ += purchases;
        expected_until_ = now + took_ / 8;
    }
    void came() {
        if (expected_ > 0) --expected_;
    }

private:
    base::Duration took_{};
    std::size_t expected_ = 0; ///< buyers that were told and have not come again
    base::TimePoint expected_until_{};
};

} // namespace bookstore::roles::frontend
