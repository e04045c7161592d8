#include "ctl/torture/hook.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <bookstore/ctl/options.hpp>
#include <bookstore/ctl/shop_client.hpp>
#include <bookstore/ctl/text_table.hpp>

namespace bookstore::ctl::torture {
namespace {

constexpr std::string_view placeholders[] = {"role", "id", "host", "port", "address", "name"};

std::string value_of(std::string_view placeholder, const Victim& victim) {
    if (placeholder == "role") return victim.role;
    if (placeholder == "id") return std::to_string(victim.id);
    if (placeholder == "host") return victim.endpoint.host;
    if (placeholder == "port") return std::to_string(victim.endpoint.port);
    if (placeholder == "address") return net::to_string(victim.endpoint);
    return victim.name();
}

/// Of {word}: the word at `at`, which is that of an opening brace; empty when it is something of the shell's.
std::string_view word_in_braces(std::string_view command, std::size_t at) {
    const std::size_t end = command.find('}', at);
    if (end == std::string_view::npos || (at > 0 && command[at - 1] == '$')) return {};
    const std::string_view word = command.substr(at + 1, end - at - 1);
    const bool plain = std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    return plain ? word : std::string_view{};
}

/// A host comes from the shop's answers: nothing in it may mean something to a shell.
bool harmless(std::string_view value) {
    return !value.empty() && value.front() != '-' && std::all_of(value.begin(), value.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::strchr(".:-_[]%", c) != nullptr;
    });
}

class SpawnSettings {
public:
    SpawnSettings() {
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
        posix_spawnattr_setpgroup(&attributes, 0);
    }
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;

    posix_spawn_file_actions_t files{};
    posix_spawnattr_t attributes{};
};

/// 0, or what errno would be.
int spawn_shell(std::string command, pid_t& pid) {
    const SpawnSettings settings;
    std::string shell = "sh", option = "-c";
    char* const arguments[] = {shell.data(), option.data(), command.data(), nullptr};
    return posix_spawn(&pid, "/bin/sh", &settings.files, &settings.attributes, arguments, environ);
}

std::string ending(int status) {
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    if (WIFEXITED(status)) return "ended with status " + std::to_string(WEXITSTATUS(status));
    return "was ended by signal " + std::to_string(WTERMSIG(status));
}

} // namespace

void check_placeholders(std::string_view option, const std::string& command) {
    for (std::size_t at = command.find('{'); at != std::string::npos; at = command.find('{', at + 1)) {
        const std::string_view word = word_in_braces(command, at);
        if (word.empty() || std::ranges::find(placeholders, word) != std::end(placeholders)) continue;
        throw UsageError("--" + std::string(option) + ": {" + std::string(word) +
                         "} is no placeholder; allowed are {role} {id} {host} {port} {address} {name}");
    }
}

std::string fill_in(const std::string& command, const Victim& victim) {
    std::string filled;
    for (std::size_t at = 0; at < command.size(); ++at) {
        const std::string_view word = command[at] == '{' ? word_in_braces(command, at) : std::string_view{};
        if (word.empty()) {
            filled += command[at];
            continue;
        }
        const std::string value = value_of(word, victim);
        if (!harmless(value))
            throw CommandFailed("the shop calls the " + std::string(word) + " of a process '" +
                                printable(value) + "', which is nothing to put into a command");
        filled += value;
        at += word.size() + 1;
    }
    return filled;
}

boost::asio::awaitable<std::string> run_hook(std::string command, base::Scheduler& scheduler,
                                             base::Duration time_max) {
    pid_t pid = 0;
    if (const int failure = spawn_shell(command, pid); failure != 0)
        co_return "cannot be run: " + std::string(std::strerror(failure));
    const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    if (handle < 0) {
        const std::string reason = std::strerror(errno);
        kill(-pid, SIGKILL);
        waitpid(pid, nullptr, 0);
        co_return "cannot be waited for: " + reason;
    }
    boost::asio::posix::stream_descriptor ended(co_await boost::asio::this_coro::executor, handle);
    bool too_long = false;
    // Not reaped before the end of this, so the number is still its own.
    const auto limit = scheduler.after(time_max, [pid, &too_long] {
        too_long = true;
        kill(-pid, SIGKILL);
    });
    co_await ended.async_wait(boost::asio::posix::stream_descriptor::wait_read, boost::asio::use_awaitable);
    int status = 0;
    waitpid(pid, &status, 0);
    co_return too_long ? "took too long, and was killed" : ending(status);
}

} // namespace bookstore::ctl::torture
