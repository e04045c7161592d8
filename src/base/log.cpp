#include <bookstore/base/log.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include <sys/stat.h>
#include <unistd.h>

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace bookstore::base::log {
namespace {

constexpr std::array<std::string_view, 6> level_names{"trace", "debug", "info", "warning", "error", "off"};

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
    case Level::trace:
        return spdlog::level::trace;
    case Level::debug:
        return spdlog::level::debug;
    case Level::info:
        return spdlog::level::info;
    case Level::warning:
        return spdlog::level::warn;
    case Level::error:
        return spdlog::level::err;
    case Level::off:
        break;
    }
    return spdlog::level::off;
}

/// `<N>`, sd-daemon(3)'s priority prefix.
class JournalPriority final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
        const char priority = message.level >= spdlog::level::err    ? '3'
                              : message.level == spdlog::level::warn ? '4'
                              : message.level == spdlog::level::info ? '6'
                                                                     : '7';
        out.push_back('<');
        out.push_back(priority);
        out.push_back('>');
    }
    std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<JournalPriority>();
    }
};

/// True when stderr is the journal's. The variable is inherited, also by what a service starts with stderr
/// elsewhere; so, as systemd.exec(5) asks, what it names is compared with what stderr is.
bool stderr_is_journal() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat self{};
    if (stream == nullptr || ::fstat(STDERR_FILENO, &self) != 0) return false;
    return std::to_string(self.st_dev) + ":" + std::to_string(self.st_ino) == stream;
}

std::shared_ptr<spdlog::logger> make_logger(std::string_view name, Level level) {
    auto logger = std::make_shared<spdlog::logger>(std::string(name),
                                                   std::make_shared<spdlog::sinks::stderr_sink_mt>());
    auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
    if (stderr_is_journal())
        formatter->add_flag<JournalPriority>('*').set_pattern("%*%n: %v");
    else
        formatter->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %-5l %n: %v");
    logger->set_formatter(std::move(formatter));
    logger->set_level(to_spdlog(level));
    return logger;
}

std::shared_ptr<spdlog::logger>& current() {
    static std::shared_ptr<spdlog::logger> logger = make_logger("bookstored", Level::info);
    return logger;
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

void append_escaped(std::string& line, char c) {
    switch (c) {
    case '\n':
        line += "\\n";
        return;
    case '\r':
        line += "\\r";
        return;
    case '\t':
        line += "\\t";
        return;
    default:
        break;
    }
    std::array<char, 8> hex{};
    std::snprintf(hex.data(), hex.size(), "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    line += hex.data();
}

void append_message(std::string& line, std::string_view message) {
    for (const char c : message) {
        if (is_control(c))
            append_escaped(line, c);
        else
            line += c;
    }
}

void append_value(std::string& line, std::string_view value) {
    const bool plain = !value.empty() && std::none_of(value.begin(), value.end(), [](char c) {
        return c == ' ' || c == '"' || c == '\\' || c == '=' || is_control(c);
    });
    if (plain) {
        line += value;
        return;
    }
    line += '"';
    for (const char c : value) {
        if (is_control(c)) {
            append_escaped(line, c);
            continue;
        }
        if (c == '"' || c == '\\') line += '\\';
        line += c;
    }
    line += '"';
}

} // namespace

void start(std::string_view name, Level level) {
    current() = make_logger(name, level);
}

Level parse_level(std::string_view text) {
    const auto* const found = std::find(level_names.begin(), level_names.end(), text);
    if (found == level_names.end())
        throw std::invalid_argument("log level '" + std::string(text) +
                                    "': must be trace, debug, info, warning, error or off");
    return static_cast<Level>(found - level_names.begin());
}

bool enabled(Level level) {
    return level != Level::off && current()->should_log(to_spdlog(level));
}

void write(Level level, std::string_view message, Fields fields) {
    try {
        if (!enabled(level)) return;
        std::string line;
        line.reserve(256);
        append_message(line, message);
        for (const Field& field : fields) {
            line += ' ';
            line += field.key;
            line += '=';
            append_value(line, field.value);
        }
        current()->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
    } catch (...) {
        // A line that could not be written must not take the process with it.
        std::fputs("bookstored: a log line was lost\n", stderr);
    }
}

} // namespace bookstore::base::log
