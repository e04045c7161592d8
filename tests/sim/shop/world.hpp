#pragma once
/// \file
/// One run: a whole shop in the weather of its seed, shoppers, faults, and in the end calm and an audit.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/shop/audit.hpp"
#include "sim/shop/host.hpp"
#include "sim/shop/shopper.hpp"

namespace bookstore::shopsim {

struct Setup {
    std::uint64_t seed = 1;
    base::Duration stormy = base::seconds(4); ///< how long faults last, in virtual time
    /// Told of every fault and every client's call, with the virtual time before it; may be empty.
    std::function<void(const std::string& line)> trace{};
};

struct Report {
    base::Duration virtual_time{};
    std::uint64_t events = 0; ///< handlers, timers and messages
    std::uint64_t purchases = 0, reads = 0, operations = 0, unknown = 0;
};

class World {
public:
    explicit World(const Setup& setup);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /// Throws sim::Failure when a promise is broken.
    Report run();

private:
    using Role = cluster::Role;
    void build();
    void open_shop();
    void storm();
    void calm();
    void become_quiet();
    void inspect();

    void repeat(const base::Duration& every, void (World::*happens)());
    void kill();
    void cut_power();
    void black_out();
    void stop();
    void coup();
    void pause();
    void go_deaf();
    void partition();
    void reset_streams();
    void stall_disk();
    void slow_disk();
    void break_disk();
    void jump_clock();
    void lose_disk();

    void crash(Host& host, bool power);
    void pause(Host& host);
    void isolate(const Host& host);
    void start(Host& host);
    void restart_later(Host& host);
    void later(base::Duration delay, std::function<void()> action);
    void in_life_of(Host& host, base::Duration delay, std::function<void()> action);

    void start_shopper(std::function<boost::asio::awaitable<void>()> task);
    /// Lets time pass until it holds; fails with what was waited for when that takes too long.
    void run_until(const std::function<bool()>& holds, base::Duration at_most, const std::string& awaited);
    void run_one(base::TimePoint end);
    void fail(const std::string& what);
    void trace(const std::string& line) const;
    void heard(const net::Endpoint& from, const cluster::Report& report);
    bool all_ready() const;
    std::string describe() const;
    Host& any();
    Host& leader_or_any();
    bool lot(std::uint64_t n) { return sim::one_in(random_, n); }

    Setup setup_;
    base::Random random_;
    Weather weather_;
    sim::Schedule schedule_;
    Network network_;
    Addresses addresses_;
    Surroundings around_;
    Journal journal_;
    Audit audit_;
    std::map<Role, net::Endpoint> leaders_; ///< as last heard
    std::set<std::string> bereaved_;        ///< groups that have lost a disk
    std::optional<std::string> failure_;
    bool closed_ = false; ///< shoppers go home
    bool calm_ = false;   ///< the faults are over
    std::size_t shopping_ = 0;
    HostClock clients_clock_{{}, 0};
    std::vector<std::unique_ptr<Host>> hosts_;
    std::unique_ptr<Loop> clients_loop_;
    std::unique_ptr<Market> market_;
    std::vector<std::unique_ptr<Shopper>> shoppers_;
    std::uint64_t events_ = 0;
};

} // namespace bookstore::shopsim
