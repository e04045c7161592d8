#include "sim/raft/world.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include "sim/failure.hpp"

namespace bookstore::sim {

using namespace consensus;

namespace {

/// Longest time, in election time-outs, from the end of all faults to the commit of a new command...
constexpr int recovery_timeouts = 50;
/// ...and from there, without load, until all agree: some seeds send one entry a round trip.
constexpr int agreement_timeouts = 300;

} // namespace

World::World(const Setup& setup)
    : stormy_(setup.stormy),
      random_(setup.seed),
      weather_(Weather::draw(random_, setup.nodes)),
      network_(schedule_, random_, weather_,
               [this](Message message) { find(message.to).give(Received{std::move(message)}); }),
      around_{schedule_,
              random_,
              weather_,
              network_,
              checker_,
              [this](Node& from, NodeId to) { send_snapshot(from, to); },
              [this](Node& leader) { leader_rose(leader); }} {
    const auto season = any_season(random_);
    set_in(weather_, setup.season.value_or(season), random_);
    Configuration configuration;
    for (int i = 1; i <= weather_.voters; ++i)
        configuration.voters.push_back(NodeId{static_cast<std::uint64_t>(i)});
    checker_.starts_with(configuration);
    for (int i = 1; i <= weather_.voters; ++i)
        add_node(configuration);
    for (int i = 1; i <= weather_.newcomers; ++i)
        add_node({});
}

Node& World::add_node(Configuration configuration) {
    const auto range = static_cast<std::uint64_t>(weather_.drift_ppm);
    const int drift = static_cast<int>(random_.below(2 * range + 1)) - weather_.drift_ppm;
    const auto offset = base::milliseconds(random_.below(60'000));
    const NodeId id{nodes_.size() + 1};
    nodes_.push_back(std::make_unique<Node>(around_, id, std::move(configuration), Clock(offset, drift)));
    network_.attach(id);
    checker_.watch(*nodes_.back());
    return *nodes_.back();
}

Report World::run() try {
    const auto begin = schedule_.now();
    storm();
    calm();
    return {schedule_.now() - begin, events_, checker_.acknowledgements()};
} catch (const Failure& failure) {
    throw Failure(failure.what() + describe());
}

/// The nodes as they are, for whoever has to find out why.
std::string World::describe() const {
    static constexpr std::array roles{"follower", "pre-candidate", "candidate", "leader"};
    std::ostringstream text;
    for (const auto& node : nodes_) {
        text << "\n  node " << number(node->id()) << (is_voter(*node) ? "" : " (no voter)");
        if (!node->up()) {
            text << (node->gone() ? " gone" : " down");
            continue;
        }
        const auto& core = node->core();
        text << (node->paused() ? " paused" : "") << (node->options().reluctant ? " reluctant " : " ")
             << roles.at(static_cast<std::size_t>(core.role())) << " of term " << number(core.term())
             << ", leader " << number(core.leader()) << ", log " << number(core.first_index()) << ".."
             << number(core.last_index()) << ", durable " << number(core.durable_index()) << ", commit "
             << number(core.commit_index()) << ", applied " << number(node->applied());
        text << ", voters";
        for (const auto voter : core.configuration().voters)
            text << ' ' << number(voter);
        text << " as of " << number(core.configuration_index());
        for (const auto& peer : core.peers())
            text << "\n    knows " << number(peer.node) << " to hold " << number(peer.match)
                 << (peer.snapshotting ? ", sends it a snapshot" : "");
    }
    return text.str();
}

/// `every` is read again each time: calm sets it to zero, and the repetition ends.
void World::repeat(const base::Duration& every, void (World::*happens)()) {
    if (every == base::Duration{}) return;
    const auto wait = base::Duration(random_.below(2 * static_cast<std::uint64_t>(every.count())));
    schedule_.after(wait, [this, &every, happens] {
        if (every == base::Duration{}) return;
        (this->*happens)();
        repeat(every, happens);
    });
}

void World::storm() {
    repeat(weather_.proposals, &World::propose);
    repeat(weather_.reads, &World::read);
    repeat(weather_.partitions, &World::partition);
    repeat(weather_.crashes, &World::crash);
    repeat(weather_.coups, &World::topple);
    repeat(weather_.pauses, &World::pause);
    repeat(weather_.stalls, &World::stall);
    repeat(weather_.transfers, &World::transfer);
    repeat(weather_.compactions, &World::compact);
    repeat(weather_.lost_connections, &World::lose_connection);
    repeat(weather_.changes, &World::change_members);
    repeat(weather_.wipes, &World::lose_disk);
    const auto end = schedule_.now() + stormy_;
    while (schedule_.run_one(end))
        ++events_;
}

/// With a majority up and every message arriving, new commands commit while more arrive; then the load ends
/// and all that are up agree.
void World::calm() {
    calm_ = true;
    weather_.calm();
    network_.heal();
    settle_the_dead();
    LogIndex known{};
    for (const auto& node : nodes_)
        if (node->up()) known = std::max(known, node->core().last_index());
    run_until([&] { return checker_.newest_acknowledged() > known; }, recovery_timeouts,
              "liveness: nothing commits though all is calm");
    weather_.proposals = {};
    run_until([&] { return agreed(); }, agreement_timeouts,
              "liveness: the nodes do not agree though all is calm");
}

/// Exactly as many voters stay down as the weather says.
void World::settle_the_dead() {
    int down = 0;
    for (const auto& node : nodes_)
        if (!node->up() && !node->gone() && is_voter(*node)) ++down;
    while (down < weather_.dead)
        if (auto& node = any(); node.up() && is_voter(node)) node.crash(), ++down;
    while (down > weather_.dead)
        if (auto& node = any(); !node.up() && !node.gone() && is_voter(node)) node.restart(), --down;
    for (const auto& node : nodes_)
        if (!node->up() && !node->gone() && !is_voter(*node)) node->restart();
}

template <typename Holds>
void World::run_until(Holds holds, int timeouts, const char* otherwise) {
    const auto end = schedule_.now() + weather_.election_timeout * timeouts;
    while (!holds()) {
        if (!schedule_.run_one(end)) throw Failure(otherwise);
        ++events_;
    }
}

/// All that are up have applied what was ever acknowledged, and the leader is not the reluctant node.
bool World::agreed() const {
    bool led = false;
    bool another_up = false;
    for (const auto& node : nodes_) {
        if (!node->up()) continue;
        if (node->applied() < checker_.newest_applied()) return false;
        const bool reluctant = node->options().reluctant;
        another_up = another_up || (!reluctant && is_voter(*node));
        led = led || (node->leads() && !reluctant);
    }
    return led || !another_up;
}

bool World::is_voter(const Node& node) const {
    return checker_.configuration().has_voter(node.id());
}

Node& World::any() {
    return *nodes_[static_cast<std::size_t>(random_.below(nodes_.size()))];
}

Node& World::leader_or_any() {
    const auto leader =
        std::find_if(nodes_.begin(), nodes_.end(), [](const auto& node) { return node->leads(); });
    return leader == nodes_.end() ? any() : **leader;
}

Node& World::find(NodeId id) {
    return *nodes_.at(static_cast<std::size_t>(number(id) - 1));
}

} // namespace bookstore::sim
