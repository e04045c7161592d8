#include "ctl/torture/faults.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>

#include <bookstore/net/loop.hpp>

namespace bookstore::ctl::torture {
namespace {

using boost::asio::awaitable;

constexpr base::Duration hook_time_max = base::seconds(60);
constexpr base::Duration whole_time_max = base::seconds(60);
constexpr base::Duration between_looks = base::milliseconds(50);
constexpr std::string_view roles[] = {"catalog", "order", "frontend"};

/// Uniform, in thousandths of `unit`.
base::Duration draw(base::Random& dice, base::Duration unit, std::int64_t from, std::int64_t to) {
    return unit * (from + static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>(to - from)))) /
           1000;
}

unsigned count(const std::vector<Victim>& victims, std::string_view role) {
    return static_cast<unsigned>(
        std::ranges::count_if(victims, [&](const Victim& victim) { return victim.role == role; }));
}

} // namespace

Faults::Faults(Context& context, const Plan& plan, std::vector<Victim> victims, const Recorder& recorder)
    : context_(context),
      plan_(plan),
      victims_(std::move(victims)),
      recorder_(recorder),
      sizes_{count(victims_, "catalog"), count(victims_, "order"), count(victims_, "frontend")} {}

void Faults::start(Crew& crew) {
    if (!plan_.hooks.any()) return;
    std::uint64_t number = 1'000'000; // apart from the customers'
    const auto dice = [&] { return base::Random(plan_.seed * 1'000'003 + number++); };
    for (const std::string_view role : roles) {
        const std::size_t replicas = of(role).size();
        const std::size_t away_max = role == "frontend" ? replicas / 2 : (replicas + 1) / 2;
        for (std::size_t i = 0; i < std::max<std::size_t>(away_max, 1); ++i) {
            const auto task = [this, role, d = dice()] { return trouble_one(std::string(role), d); };
            crew.start(task);
        }
    }
    if (!plan_.all_at_once) return;
    const auto task = [this, d = dice()] { return trouble_all(d); };
    crew.start(task);
}

awaitable<void> Faults::trouble_one(std::string role, base::Random dice) {
    const std::vector<Victim> candidates = of(role);
    while (!over_ && !candidates.empty()) {
        co_await stay_calm(draw(dice, plan_.calm, 200, 1800));
        const bool kills = plan_.hooks.kills() && (!plan_.hooks.pauses() || dice.below(2) == 0);
        const bool at_the_leader = dice.below(5) < 2;
        Victim victim = candidates[dice.below(candidates.size())];
        // Shorter and longer than a lease and than an election.
        const base::Duration time = kills                ? draw(dice, base::seconds(1), 0, 1500)
                                    : dice.below(2) == 0 ? draw(dice, base::seconds(1), 20, 800)
                                                         : draw(dice, base::seconds(1), 1300, 3000);
        const std::string leader = co_await leader_of(role);
        if (at_the_leader)
            for (const Victim& one : candidates)
                if (one.name() == leader) victim = one;
        if (over_ || !may_go(victim)) continue;
        const bool leads = victim.name() == leader;
        co_await strike(std::move(victim), kills ? Kind::kill : Kind::pause, time, leads);
    }
}

awaitable<void> Faults::trouble_all(base::Random dice) {
    constexpr int calms = 8; // as often as one fault of one group
    while (!over_) {
        co_await stay_calm(draw(dice, plan_.calm * calms, 200, 1800));
        all_wanted_ = true;
        while (!over_ && !away_.empty())
            co_await pause(between_looks);
        if (!over_) co_await strike_all(draw(dice, base::seconds(1), 0, 500));
        all_wanted_ = false;
    }
}

awaitable<void> Faults::strike(Victim victim, Kind kind, base::Duration time, bool leader) {
    const Place place{victim.role, victim.id};
    away_.insert(place);
    const std::size_t fault = begin(kind == Kind::kill ? "kill" : "pause", victim.name(), leader);
    const std::string& command = kind == Kind::kill ? plan_.hooks.kill : plan_.hooks.pause;
    const std::string failure = co_await run(command, victim);
    if (!failure.empty()) note_trouble(failure);
    co_await pause(time);
    co_await mend(victim, kind);
    co_await wait_whole(victim);
    away_.erase(place);
    faults_[fault].whole = recorder_.now();
}

awaitable<void> Faults::strike_all(base::Duration time) {
    const std::size_t fault = begin("kill", "everything", false);
    for (const Victim& victim : victims_)
        away_.emplace(victim.role, victim.id);
    const auto executor = co_await boost::asio::this_coro::executor;
    Crew killers(executor), menders(executor);
    const auto each = [&](Crew& crew, auto deed) {
        for (const Victim& victim : victims_) {
            const auto task = [deed, victim] { return deed(victim); };
            crew.start(task);
        }
    };
    const auto kill_one = [this](Victim victim) -> awaitable<void> {
        const std::string failure = co_await run(plan_.hooks.kill, std::move(victim));
        if (!failure.empty()) note_trouble(failure);
    };
    const auto mend_one = [this](Victim victim) -> awaitable<void> {
        co_await mend(victim, Kind::kill);
        co_await wait_whole(victim);
    };
    each(killers, kill_one);
    co_await killers.wait();
    co_await pause(time);
    each(menders, mend_one);
    co_await menders.wait();
    away_.clear();
    faults_[fault].whole = recorder_.now();
}

/// Tries again when it fails: nothing is left broken that can be mended.
awaitable<void> Faults::mend(Victim victim, Kind kind) {
    constexpr int tries = 3;
    const std::string& command = kind == Kind::kill ? plan_.hooks.start : plan_.hooks.resume;
    for (int i = 0; i < tries; ++i) {
        const std::string failure = co_await run(command, victim);
        if (failure.empty()) co_return;
        note_trouble(failure);
        co_await pause(base::seconds(1));
    }
}

awaitable<void> Faults::wait_whole(Victim victim) {
    const base::TimePoint give_up = context_.scheduler.now() + whole_time_max;
    while (context_.scheduler.now() < give_up) {
        net::HttpRequest request;
        request.target = "/readyz";
        const base::TimePoint deadline = context_.scheduler.now() + base::seconds(1);
        const auto answer = co_await context_.http.send(victim.endpoint, std::move(request), deadline);
        if (answer && answer->status == 200) co_return;
        co_await pause(between_looks);
    }
    note_trouble(victim.name() + " is not ready a minute after it was mended");
}

awaitable<std::string> Faults::run(const std::string& command, Victim victim) {
    std::string filled = fill_in(command, victim);
    const std::string failure = co_await run_hook(filled, context_.scheduler, hook_time_max);
    co_return failure.empty() ? "" : "`" + filled + "` " + failure;
}

/// "catalog-1", or nothing when nobody knows.
awaitable<std::string> Faults::leader_of(std::string role) {
    if (role == "frontend") co_return "";
    net::HttpRequest request;
    request.target = "/v1/status";
    ShopClient shop(context_.http, context_.scheduler, context_.options.endpoints, base::seconds(1));
    try {
        const net::Response response = co_await shop.send(std::move(request), Repeat::always);
        const auto status = boost::json::parse(response.body);
        for (const auto& replica : status.at("replicas").as_array())
            if (replica.at("role").as_string() == std::string_view(role) && replica.at("leader").as_bool())
                co_return role + "-" + std::to_string(replica.at("id").to_number<unsigned>());
    } catch (const std::exception&) { // whoever leads: it is only a preference
    }
    co_return "";
}

awaitable<void> Faults::pause(base::Duration time) {
    co_await net::sleep_until(context_.scheduler, context_.scheduler.now() + time);
}

awaitable<void> Faults::stay_calm(base::Duration time) {
    const base::TimePoint until = context_.scheduler.now() + time;
    while (!over_ && context_.scheduler.now() < until)
        co_await pause(std::min<base::Duration>(base::milliseconds(100), until - context_.scheduler.now()));
}

std::vector<Victim> Faults::of(std::string_view role) const {
    std::vector<Victim> all;
    std::ranges::copy_if(victims_, std::back_inserter(all), [&](const Victim& v) { return v.role == role; });
    return all;
}

bool Faults::may_go(const Victim& victim) const {
    auto away = away_;
    return !all_wanted_ && away.emplace(victim.role, victim.id).second && serves_without(away, sizes_);
}

std::size_t Faults::begin(std::string kind, std::string who, bool leader) {
    Fault fault;
    fault.kind = std::move(kind);
    fault.who = std::move(who);
    fault.leader = leader;
    fault.struck = recorder_.now();
    faults_.push_back(std::move(fault));
    return faults_.size() - 1;
}

void Faults::note_trouble(const std::string& what) {
    over_ = true;
    if (trouble_.empty()) trouble_ = what;
}

std::string Faults::current() const {
    std::string text;
    for (const Fault& fault : faults_)
        if (fault.whole == 0) text += (text.empty() ? "" : ", ") + fault.kind + " " + fault.who;
    return text;
}

} // namespace bookstore::ctl::torture
