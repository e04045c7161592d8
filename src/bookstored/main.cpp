/// \file
/// bookstored: from the command line to a process, and from how that ended to an exit status.
#include <unistd.h>

#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <bookstore/cluster/config.hpp>
#include <bookstore/roles/process.hpp>

namespace {

enum ExitStatus : int { drained = 0, failed = 1, bad_usage = 2 };

std::vector<std::string> environment_of(const char* const* variables) {
    std::vector<std::string> environment;
    for (; *variables != nullptr; ++variables)
        environment.emplace_back(*variables);
    return environment;
}

int start(int argc, const char* const* argv, const char* const* variables) {
    bookstore::cluster::ConfigReader reader(BOOKSTORED_VERSION);
    const auto config = reader.read(argc, argv, environment_of(variables));
    if (config.print) reader.print(std::cout);
    if (config.print || config.check_only) return drained;
    return bookstore::roles::run(config);
}

} // namespace

int main(int argc, char** argv) {
    try {
        return start(argc, argv, environ);
    } catch (const bookstore::cluster::HelpAsked& help) {
        std::cout << help.text;
        return drained;
    } catch (const bookstore::cluster::ConfigError& error) {
        std::cerr << "bookstored: " << error.what() << '\n';
        return bad_usage;
    } catch (const std::exception& error) {
        std::cerr << "bookstored: " << error.what() << '\n';
        return failed;
    }
}
