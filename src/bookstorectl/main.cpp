#include <iostream>

#include <unistd.h>

#include <bookstore/ctl/run.hpp>

int main(int argc, char** argv) {
    std::vector<std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry)
        environment.emplace_back(*entry);
    const bookstore::ctl::Terminal terminal{std::cout, std::cerr, ::isatty(STDOUT_FILENO) == 1};
    return bookstore::ctl::run(argc, argv, environment, BOOKSTORED_VERSION, terminal);
}
