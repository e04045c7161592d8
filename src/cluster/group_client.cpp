#include <bookstore/cluster/group_client.hpp>

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include <bookstore/net/loop.hpp>
#include <bookstore/net/promise.hpp>

namespace bookstore::cluster {
namespace {

using base::Errc;
using boost::system::error_code;

constexpr base::Duration first_pause = base::milliseconds(10);
constexpr base::Duration longest_pause = base::milliseconds(200);

/// Another member may do what this one refused.
bool worth_asking_another(error_code refusal) {
    return refusal == Errc::not_leader || refusal == Errc::not_ready || refusal == Errc::unreachable ||
           refusal == Errc::stopping;
}

/// The most telling failure so far: one that leaves the outcome open is never hidden by a later refusal.
class Worst {
public:
    void add(error_code failure) {
        if (!base::outcome_is_unknown(failure_) || base::outcome_is_unknown(failure)) failure_ = failure;
    }
    error_code get() const { return failure_; }

private:
    error_code failure_ = Errc::unreachable; ///< the deadline had passed before anything was sent
};

/// One walk round the members: the believed leader first, each at most once.
class Round {
public:
    explicit Round(std::size_t members) : asked_(members, false) {}

    /// The believed leader, even if that changed on the way, else the next after it.
    std::optional<std::size_t> next(std::size_t believed) {
        for (std::size_t step = 0; step < asked_.size(); ++step) {
            const std::size_t member = (believed + step) % asked_.size();
            if (asked_[member]) continue;
            asked_[member] = true;
            return member;
        }
        return std::nullopt;
    }

private:
    std::vector<bool> asked_;
};

} // namespace

/// Who looks for the leader, and who waits for what they find. Shared with the calls, which may end after
/// the client when the loop is torn down.
class GroupClient::Search {
public:
    /// Nobody has been found, and enough are looking.
    bool crowded() const { return leaderless_ && probers_ >= probers_max; }
    void found_nobody() { leaderless_ = true; }

    enum class Woken { found, has_place, too_late };
    /// Who is woken with a place among those who look must give it back.
    boost::asio::awaitable<Woken> wait(base::Scheduler& scheduler, base::TimePoint deadline) {
        net::Promise<Woken> over;
        waiters_.push_back(over);
        const auto timer = scheduler.at(deadline, [over] { over.set(Woken::too_late); });
        co_return co_await std::move(over).wait();
    }
    void found() {
        leaderless_ = false;
        for (const auto& waiter : std::exchange(waiters_, {}))
            waiter.set(Woken::found);
    }

    void take_place() { ++probers_; }
    /// The next in the queue gets it.
    void give_place_back() {
        --probers_;
        std::erase_if(waiters_, [](const auto& waiter) { return waiter.given(); });
        if (waiters_.empty()) return;
        take_place();
        waiters_.front().set(Woken::has_place);
        waiters_.pop_front();
    }

private:
    bool leaderless_ = false;
    std::size_t probers_ = 0;
    std::deque<net::Promise<Woken>> waiters_;
};

/// A place among those who look, taken already; given back when it goes.
class GroupClient::Prober {
public:
    explicit Prober(std::shared_ptr<Search> search) : search_(std::move(search)) {}
    ~Prober() { search_->give_place_back(); }
    Prober(const Prober&) = delete;
    Prober& operator=(const Prober&) = delete;

private:
    std::shared_ptr<Search> search_;
};

GroupClient::GroupClient(net::Transport& transport, base::Scheduler& scheduler, Group group)
    : transport_(transport),
      scheduler_(scheduler),
      group_(std::move(group)),
      search_(std::make_shared<Search>()) {
    INVARIANT(!group_.slots.empty());
}

boost::asio::awaitable<base::result<std::string>>
GroupClient::call_leader(net::Method method, std::string request, base::TimePoint deadline, Repeat repeat) {
    Worst worst;
    base::Duration pause = first_pause;
    std::optional<Prober> prober; // once it has found nobody
    while (scheduler_.now() < deadline) {
        if (!prober && search_->crowded()) {
            const auto woken = co_await search_->wait(scheduler_, deadline);
            if (woken == Search::Woken::has_place) prober.emplace(search_);
            continue;
        }
        Round round(group_.slots.size());
        for (auto member = round.next(believed_); member; member = round.next(believed_)) {
            const base::TimePoint now = scheduler_.now();
            if (now >= deadline) break;
            const auto share = (deadline - now) / static_cast<std::int64_t>(group_.slots.size());
            const base::TimePoint until = repeat == Repeat::always ? now + share : deadline;

            auto answer = co_await transport_.call(group_.slots[*member].endpoint, method, request, until);
            if (answer) {
                believed_ = *member;
                search_->found();
                co_return answer;
            }
            worst.add(answer.error());
            const bool unknown = base::outcome_is_unknown(answer.error());
            const bool final_word = !unknown && !worth_asking_another(answer.error());
            if (final_word) search_->found(); // it was the leader's, who else would refuse for good
            if (final_word || (unknown && repeat == Repeat::if_refused)) co_return worst.get();
            // Calls that start now need not find out again, unless somebody has said better meanwhile.
            if (believed_ == *member) believed_ = (*member + 1) % group_.slots.size();
        }
        search_->found_nobody();
        if (!prober && search_->crowded()) continue;
        if (!prober) {
            search_->take_place();
            prober.emplace(search_);
        }
        co_await net::sleep_until(scheduler_, std::min(scheduler_.now() + pause, deadline));
        pause = std::min(2 * pause, longest_pause);
    }
    co_return worst.get();
}

void GroupClient::believe(const net::Endpoint& leader) {
    const auto found = std::find_if(group_.slots.begin(), group_.slots.end(),
                                    [&](const Slot& slot) { return slot.endpoint == leader; });
    if (found == group_.slots.end()) return;
    believed_ = static_cast<std::size_t>(found - group_.slots.begin());
    search_->found();
}

const net::Endpoint& GroupClient::believed() const {
    return group_.slots[believed_].endpoint;
}

} // namespace bookstore::cluster
