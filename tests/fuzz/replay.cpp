// Gives a fuzz target every file of a folder: what was found once stays found, also without libFuzzer.
// Usage: TARGET FOLDER. Exit status: 0 all were survived, 2 there is nothing to give; a finding aborts.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "fuzz/target.hpp"

int main(int argc, char** argv) {
    if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
        std::cerr << "usage: " << argv[0] << " FOLDER\n";
        return 2;
    }
    std::size_t inputs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string input{std::istreambuf_iterator<char>(file), {}};
        std::cout << entry.path().filename().string() << std::endl; // the last one named is what aborted
        fuzz_one(input);
        ++inputs;
    }
    std::cout << inputs << " inputs\n";
    return inputs > 0 ? 0 : 2;
}
