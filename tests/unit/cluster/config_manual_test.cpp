// The table of keys, --help, the shipped files and the manual page must tell the same story.
#include <bookstore/cluster/config.hpp>

#include <sstream>

#include <catch2/catch.hpp>

#include "unit/cluster/config_fixture.hpp"

namespace bookstore::cluster {
namespace {

const std::filesystem::path top = PROJECT_FOLDER;

std::string content_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    REQUIRE(stream);
    return text.str();
}

struct KeyShown {
    std::string section, name, value; ///< value: empty when there is no default
};

/// Every key of the table, by way of what --print-config shows.
std::vector<KeyShown> keys_shown() {
    std::ostringstream printed;
    read({"--print-config", "--catalog.replica=[::1]:1", "--order.replica=[::1]:2",
          "--frontend.replica=[::1]:3"},
         {}, &printed);
    std::vector<KeyShown> keys;
    std::istringstream lines(printed.str());
    std::string section;
    for (std::string line; std::getline(lines, line);) {
        if (line.empty()) continue;
        if (line.front() == '[') {
            section = line.substr(1, line.size() - 2);
            continue;
        }
        if (line.starts_with("# ")) line.erase(0, 2);
        const std::size_t equals = line.find(" = ");
        const std::string value = line.substr(equals + 3, line.find(' ', equals + 3) - equals - 3);
        keys.push_back({section, line.substr(0, equals), value == "(none)" ? "" : value});
    }
    return keys;
}

/// The lines of a section, in an INI file.
std::string section_of(const std::string& ini, const std::string& section) {
    const std::size_t begin = ini.find("\n[" + section + "]\n");
    if (begin == std::string::npos) return {};
    return ini.substr(begin, ini.find("\n[", begin + 1) - begin);
}

TEST_CASE("etc/bookstored.conf names every key with its default", "[cluster][config]") {
    const std::string manual = content_of(top / "etc/bookstored.conf");
    const auto keys = keys_shown();
    REQUIRE(keys.size() > 30);
    for (const KeyShown& key : keys) {
        INFO("[" << key.section << "] " << key.name);
        const std::string lines = section_of(manual, key.section);
        if (key.name == "replica")
            CHECK(lines.find("\nreplica = 127.0.0.1:") != std::string::npos); // there is no default layout
        else
            CHECK(lines.find("\n# " + key.name + " =" + (key.value.empty() ? "" : " " + key.value) + "\n") !=
                  std::string::npos);
    }
}

TEST_CASE("etc/bookstored.conf without its comment signs is what is in force anyway", "[cluster][config]") {
    std::istringstream manual(content_of(top / "etc/bookstored.conf"));
    const auto keys = keys_shown();
    std::string enabled, section;
    for (std::string line; std::getline(manual, line);) {
        if (line.starts_with("[")) section = line.substr(1, line.size() - 2);
        for (const KeyShown& key : keys)
            if (key.section == section && !key.value.empty() && line == "# " + key.name + " = " + key.value)
                line.erase(0, 2);
        enabled += line + "\n";
    }
    const TemporaryFile file(enabled);
    CHECK(read({"--check-config", "--config=" + file.name()}).timings.election == base::milliseconds(300));
}

TEST_CASE("--help and the manual page name every key", "[cluster][config]") {
    const std::string page = content_of(top / "docs/man/bookstored.conf.5");
    std::string help;
    try {
        read({"--help"});
    } catch (const HelpAsked& asked) {
        help = asked.text;
    }
    for (const KeyShown& key : keys_shown()) {
        INFO("[" << key.section << "] " << key.name);
        const std::string option = key.section == "process" ? key.name : key.section + "." + key.name;
        CHECK(help.find("  --" + option + "=") != std::string::npos);
        CHECK(page.find("\n.It Cm " + key.name + " ") != std::string::npos);
        CHECK(page.find("\n.Ss [" + key.section + "]") != std::string::npos);
    }
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);)
        CHECK(line.size() <= 80);
}

TEST_CASE("the layouts that are shipped are good", "[cluster][config]") {
    const Config pygmy = read({"--check-config", "--config=" + (top / "etc/pygmy.conf").string()});
    CHECK(pygmy.of(Role::catalog).size() == 2);
    CHECK(pygmy.of(Role::order).size() == 2);
    CHECK(net::to_string(pygmy.of(Role::frontend).at(0)) == "127.0.0.1:3213");

    const TemporaryFile secret("secret");
    const Config hosts =
        read({"--role=order", "--id=2", "--config=" + (top / "etc/three-hosts.conf").string(),
              "--cluster.secret-file=" + secret.name(), "--cluster.admin-secret-file=" + secret.name()});
    CHECK(net::to_string(hosts.self()) == "c.books.example:3212");
    CHECK(hosts.of(Role::frontend).size() == 3);
}

} // namespace
} // namespace bookstore::cluster
