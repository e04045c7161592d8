#include "cluster/config_help.hpp"

#include <map>
#include <sstream>
#include <string_view>
#include <vector>

#include "cluster/config_keys.hpp"

namespace bookstore::cluster {
namespace {

constexpr std::size_t width = 80, text_column = 32;

/// Appends `words` from text_column on, broken before `width`; `column` is where the line stands now.
void append_wrapped(std::string& out, std::size_t column, std::string_view words) {
    std::istringstream stream{std::string(words)};
    std::string word;
    bool first = true;
    if (column + 1 > text_column) { // at least a space between the two
        out += '\n';
        column = 0;
    }
    out.append(text_column - column, ' ');
    column = text_column;
    while (stream >> word) {
        if (!first && column + 1 + word.size() > width) {
            out += '\n';
            out.append(text_column, ' ');
            column = text_column;
            first = true;
        }
        if (!first) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
        first = false;
    }
    out += '\n';
}

void append_entry(std::string& out, const std::string& option, std::string_view text) {
    const std::string left = "  --" + option;
    out += left;
    append_wrapped(out, left.size(), text);
}

std::string with_default(const Key& key) {
    std::string text(key.help);
    if (!key.fallback.empty()) {
        text += " Default: " + std::string(key.fallback);
        if (!key.unit.empty()) text += " " + std::string(key.unit);
        text += ".";
    }
    return text;
}

std::string_view title_of(std::string_view section) {
    static const std::map<std::string_view, std::string_view> titles{
        {"process", "This process"},
        {"catalog", "Who there is; the same on every host"},
        {"cluster", "Credentials"},
        {"consensus", "Agreement among the replicas of a group"},
        {"cache", "A frontend's cache"},
        {"health", "A frontend's view of the replicas"},
        {"http", "Limits on what clients may do"},
        {"storage", "Disk"},
        {"shop", "The shop"},
    };
    const auto found = titles.find(section);
    return found == titles.end() ? std::string_view{} : found->second;
}

} // namespace

std::string help_text() {
    std::string out = "Usage: bookstored --role=ROLE --id=N --config=FILE [OPTION]...\n"
                      "The replicated stock and order service of a bookshop.\n\n"
                      "Every option but the first six may also stand in the configuration file and\n"
                      "in the environment: --http.idle-ms=5000 is\n\n"
                      "    [http]\n"
                      "    idle-ms = 5000                  in the file, and\n"
                      "    BOOKSTORED_HTTP_IDLE_MS=5000    in the environment.\n\n"
                      "Options without a dot stand in section [process] of the file. The command line\n"
                      "wins over the environment, and the environment over the file.\n\n";
    append_entry(out, "config=FILE", "The configuration, the same on every host. Also BOOKSTORED_CONFIG.");
    append_entry(out, "instance=ROLE-N", "Short for --role=ROLE --id=N, as in catalog-0.");
    append_entry(out, "check-config", "Checks the configuration and ends.");
    append_entry(out, "print-config", "Shows what is in force and where each value comes from, and ends.");
    append_entry(out, "help", "Shows this and ends.");
    append_entry(out, "version", "Shows the version and ends.");
    for (const Key& key : all_keys()) {
        if (&key == all_keys().data() || (&key - 1)->section != key.section) {
            const std::string_view title = title_of(key.section);
            if (!title.empty()) out += "\n" + std::string(title) + "\n";
        }
        append_entry(out, key.option() + "=" + std::string(key.placeholder), with_default(key));
    }
    out += "\nExit status: 0 after SIGTERM or SIGINT, 2 for bad usage or configuration, 1\n"
           "for any other failure to start. See also bookstored.conf(5), bookstorectl(1).\n";
    return out;
}

} // namespace bookstore::cluster
