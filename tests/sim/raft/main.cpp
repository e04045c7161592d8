// Runs the simulation seed after seed. Exit status: 0 no promise broken, 1 one was, 2 bad usage.
#include <cstdint>
#include <exception>
#include <iostream>
#include <optional>
#include <string_view>

#include "consensus/mutants.hpp"
#include "sim/command_line.hpp"
#include "sim/raft/world.hpp"

namespace {

using namespace bookstore;

struct Arguments {
    std::uint64_t seeds = 1'000;
    std::uint64_t first_seed = 1;
    std::optional<int> nodes;
    std::optional<sim::Season> season;
    std::uint64_t virtual_seconds = 3;
    std::optional<std::string_view> mutant;
};

constexpr auto usage =
    "usage: raft_simulator [--seeds N] [--first-seed S] [--nodes 1..9] [--virtual-seconds V] [--season NAME]"
#ifdef BOOKSTORE_MUTANTS
    " [--mutant NAME | --list-mutants]"
#endif
    "\n";

#ifdef BOOKSTORE_MUTANTS
bool choose_mutant(std::string_view name) {
    for (const auto& known : consensus::mutant_names)
        if (known.name == name) {
            consensus::chosen_mutant = known.mutant;
            return true;
        }
    return false;
}

[[noreturn]] void list_mutants() {
    for (const auto& known : consensus::mutant_names)
        std::cout << known.name << '\n';
    std::cout.flush();
    std::exit(0);
}
#endif

std::optional<sim::Season> season_called(std::string_view name) {
    for (const auto& known : sim::season_names)
        if (known.name == name) return known.season;
    return std::nullopt;
}

std::optional<Arguments> parse(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string_view option = argv[i];
#ifdef BOOKSTORE_MUTANTS
        if (option == "--list-mutants") list_mutants();
        if (option == "--mutant" && i + 1 < argc) {
            arguments.mutant = argv[++i];
            if (!choose_mutant(*arguments.mutant)) return std::nullopt;
            continue;
        }
#endif
        if (option == "--season" && i + 1 < argc) {
            arguments.season = season_called(argv[++i]);
            if (!arguments.season) return std::nullopt;
            continue;
        }
        const auto value = i + 1 < argc ? sim::number_in(argv[++i]) : std::nullopt;
        if (!value) return std::nullopt;
        if (option == "--seeds")
            arguments.seeds = *value;
        else if (option == "--first-seed")
            arguments.first_seed = *value;
        else if (option == "--virtual-seconds")
            arguments.virtual_seconds = *value;
        else if (option == "--nodes" && *value >= 1 && *value <= 9)
            arguments.nodes = static_cast<int>(*value);
        else
            return std::nullopt;
    }
    return arguments;
}

void print_replay(const Arguments& arguments, std::uint64_t seed) {
    std::cout << "replay: raft_simulator --seeds 1 --first-seed " << seed << " --virtual-seconds "
              << arguments.virtual_seconds;
    if (arguments.nodes) std::cout << " --nodes " << *arguments.nodes;
    for (const auto& known : sim::season_names)
        if (known.season == arguments.season) std::cout << " --season " << known.name;
    if (arguments.mutant) std::cout << " --mutant " << *arguments.mutant;
    std::cout << std::endl;
}

int run(const Arguments& arguments) {
    sim::Report total;
    for (std::uint64_t i = 0; i < arguments.seeds; ++i) {
        const auto seed = arguments.first_seed + i;
        sim::seed_under_way = seed;
        try {
            const auto report = sim::World({.seed = seed,
                                            .season = arguments.season,
                                            .nodes = arguments.nodes,
                                            .stormy = std::chrono::seconds(arguments.virtual_seconds)})
                                    .run();
            total.virtual_time += report.virtual_time;
            total.events += report.events;
            total.acknowledged += report.acknowledged;
        } catch (const std::exception& broken) {
            std::cout << "seed " << seed << ": " << broken.what() << '\n';
            print_replay(arguments, seed);
            return 1;
        }
    }
    const auto hours = std::chrono::duration<double, std::ratio<3600>>(total.virtual_time).count();
    std::cout << arguments.seeds << " seeds, " << hours << " virtual hours, " << total.events << " events, "
              << total.acknowledged << " commands acknowledged, no promise broken\n";
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const auto arguments = parse(argc, argv);
    if (!arguments) {
        std::cerr << usage;
        return 2;
    }
    sim::tell_seed_on_abort();
    return run(*arguments);
}
