#pragma once
/// \file
/// A file that goes with its object, and a reader for literal arguments.
#include <filesystem>
#include <fstream>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <stdlib.h>
#include <unistd.h>

#include <bookstore/cluster/config.hpp>

namespace bookstore::cluster {

/// Readable by its owner only.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& content) {
        std::string name = (std::filesystem::temp_directory_path() / "bookstored-test-XXXXXX").string();
        const int descriptor = ::mkstemp(name.data());
        if (descriptor < 0) throw std::runtime_error("mkstemp " + name);
        ::close(descriptor);
        name_ = name;
        std::ofstream(name_, std::ios::binary) << content;
    }
    ~TemporaryFile() {
        std::error_code ignored;
        std::filesystem::remove(name_, ignored);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    const std::string& name() const { return name_; }

private:
    std::string name_;
};

/// Seven lines.
inline const std::string one_host = "[catalog]\n"
                                    "replica = 127.0.0.1:3211\n"
                                    "replica = 127.0.0.1:3214\n"
                                    "[order]\n"
                                    "replica = 127.0.0.1:3212, 127.0.0.1:3215\n"
                                    "[frontend]\n"
                                    "replica = 127.0.0.1:3213\n";

/// Reads as `bookstored ARGUMENTS...` does; `printed` gets what --print-config shows.
inline Config read(const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment = {}, std::ostream* printed = nullptr) {
    std::vector<const char*> argv{"bookstored"};
    for (const std::string& argument : arguments)
        argv.push_back(argument.c_str());
    ConfigReader reader("1.2.3");
    Config config = reader.read(static_cast<int>(argv.size()), argv.data(), environment);
    if (printed != nullptr) reader.print(*printed);
    return config;
}

} // namespace bookstore::cluster
