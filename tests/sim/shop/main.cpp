// Runs whole shops on virtual time, seed after seed. Exit status: 0 no promise broken, 1 one was, 2 bad
// usage.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string_view>

#include <bookstore/base/log.hpp>

#include "sim/command_line.hpp"
#include "sim/shop/world.hpp"
#ifdef BOOKSTORE_MUTANTS
#include <bookstore/base/mutant.hpp>

#include "consensus/mutants.hpp"
#include "sim/shop/mutants.hpp"
#endif

namespace {

using namespace bookstore;

struct Arguments {
    std::uint64_t seeds = 100;
    std::uint64_t first = 1;
    std::uint64_t virtual_seconds = 4;
    bool trace = false;
    std::string_view mutant{};
};

constexpr auto usage =
    "usage: shop_simulator [--seeds N] [--first S] [--seed S] [--virtual-seconds V] [--trace]"
#ifdef BOOKSTORE_MUTANTS
    " [--mutant NAME | --list-mutants]"
#endif
    "\n";

#ifdef BOOKSTORE_MUTANTS
/// The core has names of its own, and the same switch.
bool choose_mutant(std::string_view name) {
    for (const auto& known : consensus::mutant_names)
        if (known.name == name) consensus::chosen_mutant = known.mutant;
    base::chosen_mutant = name;
    for (const auto& known : shopsim::mutant_names)
        if (known.name == name) return true;
    return consensus::chosen_mutant != consensus::Mutant::none;
}

[[noreturn]] void list_mutants() {
    for (const auto& known : shopsim::mutant_names)
        std::cout << known.name << '\n';
    std::cout.flush();
    std::exit(0);
}
#endif

std::optional<Arguments> parse(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string_view option = argv[i];
        if (option == "--trace") {
            arguments.trace = true;
            continue;
        }
#ifdef BOOKSTORE_MUTANTS
        if (option == "--list-mutants") list_mutants();
#endif
        if (++i == argc) return std::nullopt;
        const std::string_view text = argv[i];
#ifdef BOOKSTORE_MUTANTS
        if (option == "--mutant") {
            if (!choose_mutant(text)) return std::nullopt;
            arguments.mutant = text;
            continue;
        }
#endif
        const auto value = sim::number_in(text);
        if (!value) return std::nullopt;
        if (option == "--seeds")
            arguments.seeds = *value;
        else if (option == "--first" || option == "--first-seed")
            arguments.first = *value;
        else if (option == "--virtual-seconds")
            arguments.virtual_seconds = *value;
        else if (option == "--seed")
            arguments.first = *value, arguments.seeds = 1;
        else
            return std::nullopt;
    }
    return arguments;
}

int run(const Arguments& arguments) {
    shopsim::Report total;
    for (std::uint64_t i = 0; i < arguments.seeds; ++i) {
        const auto seed = arguments.first + i;
        sim::seed_under_way = seed;
        shopsim::Setup setup{.seed = seed, .stormy = std::chrono::seconds(arguments.virtual_seconds)};
        if (arguments.trace) setup.trace = [](const std::string& line) { std::cout << line << '\n'; };
        try {
            const auto report = shopsim::World(setup).run();
            total.virtual_time += report.virtual_time;
            total.events += report.events;
            total.purchases += report.purchases;
            total.reads += report.reads;
            total.operations += report.operations;
            total.unknown += report.unknown;
        } catch (const std::exception& broken) {
            std::cout << "seed " << seed << ": " << broken.what() << "\nreplay: shop_simulator --seed "
                      << seed << " --virtual-seconds " << arguments.virtual_seconds << " --trace"
                      << std::endl;
            return 1;
        }
    }
    const auto hours = std::chrono::duration<double, std::ratio<3600>>(total.virtual_time).count();
    std::cout << arguments.seeds << " seeds, " << hours << " virtual hours, " << total.events << " events, "
              << total.purchases << " purchases answered, " << total.reads << " reads, " << total.unknown
              << " unknown outcomes, no promise broken\n";
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const auto arguments = parse(argc, argv);
    if (!arguments) {
        std::cerr << usage;
        return 2;
    }
    base::log::start("shop", arguments->trace ? base::log::Level::info : base::log::Level::off);
    sim::tell_seed_on_abort();
    return run(*arguments);
}
