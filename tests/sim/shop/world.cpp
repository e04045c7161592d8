#include "sim/shop/world.hpp"

#include <algorithm>
#include <sstream>

#include <bookstore/history/check.hpp>
#include <bookstore/shop/default_catalog.hpp>

#include "sim/failure.hpp"
#include "sim/shop/verdict.hpp"

namespace bookstore::shopsim {
namespace {

using base::milliseconds;
using base::seconds;

/// Virtual time, at the longest, from the end of the faults until all is well.
constexpr base::Duration recovery_time = seconds(30);

} // namespace

World::World(const Setup& setup)
    : setup_(setup),
      random_(setup.seed),
      weather_(Weather::draw(random_)),
      network_(schedule_, random_, weather_),
      around_{schedule_,
              random_,
              weather_,
              network_,
              addresses_,
              [this](const net::Endpoint& from, const cluster::Report& report) { heard(from, report); },
              [this](const std::string& what) { fail(what); }},
      audit_([this](const std::string& what) { fail(what); }) {
    build();
}

World::~World() {
    if (market_) market_->site->give_up();
}

void World::build() {
    const auto add = [this](Role role, unsigned count) {
        for (unsigned id = 0; id < count; ++id)
            weather_.config.replicas[static_cast<std::size_t>(role)].push_back(
                {std::string(cluster::to_string(role)), static_cast<std::uint16_t>(id + 1)});
    };
    add(Role::catalog, weather_.catalogs);
    add(Role::order, weather_.orders);
    add(Role::frontend, weather_.frontends);
    std::vector<HostId> frontends;
    for (const Role role : {Role::catalog, Role::order, Role::frontend}) {
        for (unsigned id = 0; id < weather_.config.of(role).size(); ++id) {
            auto config = weather_.config;
            config.role = role;
            config.id = id;
            const auto range = static_cast<std::uint64_t>(weather_.drift_ppm);
            const int drift = static_cast<int>(random_.below(2 * range + 1)) - weather_.drift_ppm;
            const HostClock clock(milliseconds(random_.below(60'000)), drift);
            hosts_.push_back(std::make_unique<Host>(around_, std::move(config), clock));
            addresses_[weather_.config.of(role)[id]] = hosts_.back()->id();
            audit_.watch(hosts_.back()->name(), hosts_.back()->disk);
            if (role == Role::frontend) frontends.push_back(hosts_.back()->id());
        }
    }
    clients_loop_ = std::make_unique<Loop>(schedule_, clients_clock_);
    auto site = std::make_shared<Site>();
    site->host = network_.add_host();
    site->loop = clients_loop_.get();
    network_.run_at(site->host, site);
    std::function<void(const std::string&)> tell;
    if (setup_.trace) tell = [this](const std::string& line) { trace(line); };
    market_ =
        std::make_unique<Market>(Market{schedule_, random_, weather_, network_, site, frontends, journal_,
                                        tell, [this](const std::string& what) { fail(what); }});
}

Report World::run() {
    const auto begin = schedule_.now();
    open_shop();
    storm();
    calm();
    inspect();
    if (const auto wrong = verdict(journal_, audit_.check(), weather_.forgetful)) fail(*wrong);
    if (failure_) throw sim::Failure(*failure_ + describe());
    for (const auto& host : hosts_)
        events_ += host->steps();
    return {schedule_.now() - begin, events_,         journal_.purchases, journal_.reads,
            journal_.history.size(), journal_.unknown};
}

void World::open_shop() {
    for (const auto& book : shop::default_catalog()) {
        history::Add add{shop::number(book.id), {book.stock, book.cost}, history::Add::Outcome::done};
        journal_.history.push_back({0, 0, 1, add});
        journal_.topics[shop::number(book.id)] = book.topic;
    }
    const auto ordinary = weather_;
    const auto calm_delay = sim::Span{milliseconds(1), milliseconds(2)};
    weather_.delay = weather_.disk = calm_delay;
    for (const auto& host : hosts_)
        host->start();
    run_until([this] { return all_ready(); }, recovery_time, "the shop to open");
    weather_.delay = ordinary.delay;
    weather_.disk = ordinary.disk;
}

void World::storm() {
    for (unsigned number = 1; number <= weather_.clients; ++number) {
        shoppers_.push_back(std::make_unique<Shopper>(*market_, number));
        start_shopper([this, shopper = shoppers_.back().get()] { return shopper->shop(closed_); });
    }
    repeat(weather_.kills, &World::kill);
    repeat(weather_.power_cuts, &World::cut_power);
    repeat(weather_.blackouts, &World::black_out);
    repeat(weather_.stops, &World::stop);
    repeat(weather_.coups, &World::coup);
    repeat(weather_.pauses, &World::pause);
    repeat(weather_.deafness, &World::go_deaf);
    repeat(weather_.partitions, &World::partition);
    repeat(weather_.resets, &World::reset_streams);
    repeat(weather_.stalls, &World::stall_disk);
    repeat(weather_.slow_disks, &World::slow_disk);
    repeat(weather_.bad_disks, &World::break_disk);
    repeat(weather_.clock_jumps, &World::jump_clock);
    repeat(weather_.lost_disks, &World::lose_disk);
    const auto end = schedule_.now() + setup_.stormy;
    while (schedule_.now() < end)
        run_one(end);
}

void World::calm() {
    trace("calm");
    calm_ = true;
    weather_.calm();
    network_.heal();
    for (const auto& host : hosts_) {
        host->clock.set_wall({});
        if (host->running() && (host->disk.broken() || host->process()->stopping())) host->crash(false);
        host->disk.repair();
        if (!host->running()) start(*host);
        host->process()->loop.resume(true);
    }
    run_until([this] { return all_ready(); }, recovery_time, "every process to be ready");
    closed_ = true;
    run_until([this] { return shopping_ == 0; }, recovery_time, "the shoppers' last answers");
    become_quiet();
}

void World::become_quiet() {
    const auto told_by = schedule_.now() + seconds(1); // replicas tell their versions now and then
    run_until([this, told_by] { return schedule_.now() >= told_by && audit_.quiet(); }, recovery_time,
              "every sale to be settled and applied by all");
}

void World::inspect() {
    for (const HostId frontend : market_->frontends)
        start_shopper([this, frontend] { return shoppers_.front()->inspect(frontend); });
    const auto unknown = journal_.unknown;
    run_until([this] { return shopping_ == 0; }, recovery_time, "an inspection");
    if (journal_.unknown > unknown) fail("not everything can be read although all is calm");
    become_quiet();
}

void World::start_shopper(std::function<boost::asio::awaitable<void>()> task) {
    ++shopping_;
    clients_loop_->deliver([this, task = std::move(task)] {
        boost::asio::co_spawn(clients_loop_->executor(), task, [this](std::exception_ptr broken) {
            --shopping_;
            if (!broken) return;
            try {
                std::rethrow_exception(broken);
            } catch (const std::exception& e) {
                fail(std::string("a shopper cannot understand an answer: ") + e.what());
            }
        });
    });
}

void World::run_until(const std::function<bool()>& holds, base::Duration at_most,
                      const std::string& awaited) {
    const auto end = schedule_.now() + at_most;
    while (!holds()) {
        if (schedule_.now() >= end) {
            fail("waited too long for " + awaited);
            throw sim::Failure(*failure_ + describe());
        }
        const auto look_again = std::min(end, schedule_.now() + milliseconds(50));
        while (schedule_.now() < look_again)
            run_one(look_again);
    }
}

void World::run_one(base::TimePoint end) {
    if (schedule_.run_one(end)) ++events_;
    if (failure_) throw sim::Failure(*failure_ + describe());
}

void World::fail(const std::string& what) {
    trace("FAILED: " + what);
    if (!failure_) failure_ = what;
}

void World::trace(const std::string& line) const {
    if (!setup_.trace) return;
    const auto since = schedule_.now().time_since_epoch() - seconds(100);
    std::ostringstream text;
    text << std::fixed;
    text.precision(6);
    text << std::chrono::duration<double>(since).count() << ' ' << line;
    setup_.trace(text.str());
}

void World::heard(const net::Endpoint& from, const cluster::Report& report) {
    const auto& host = *hosts_[addresses_.at(from)];
    audit_.heard(host.config().role, host.name(), report);
    if (report.leader) leaders_[host.config().role] = from;
}

bool World::all_ready() const {
    return std::all_of(hosts_.begin(), hosts_.end(),
                       [](const auto& host) { return host->running() && host->process()->ready(); });
}

std::string World::describe() const {
    std::ostringstream text;
    for (const auto& host : hosts_) {
        text << "\n  " << host->name() << ": ";
        if (!host->running())
            text << "down";
        else
            text << (host->process()->loop.paused() ? "paused, " : "") << host->process()->account();
        for (const auto& [group, files] : host->disk.files())
            text << "; " << group << " stored up to " << files.state.written.position.index << ", log "
                 << files.log.content.base_index + 1 << ".." << files.log.last_index();
    }
    return text.str();
}

Host& World::any() {
    return *hosts_[static_cast<std::size_t>(random_.below(hosts_.size()))];
}

Host& World::leader_or_any() {
    const auto leader = leaders_.find(lot(2) ? Role::catalog : Role::order);
    return leader == leaders_.end() ? any() : *hosts_[addresses_.at(leader->second)];
}

} // namespace bookstore::shopsim
