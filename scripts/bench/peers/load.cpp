// A closed loop of clients, each on a connection of its own: sends a request, reads the answer, sends the
// next.
//
//   load PORT CLIENTS SECONDS WARM-UP ITEMS http|resp ANSWERS < request
//
// The request is read from standard input; in it %I becomes an item from 1 to ITEMS at random, and %K eight
// letters and digits that no other request has. `http`: an answer ends with its Content-Length; a server that
// closes is connected to again. `resp`: a request is answered by ANSWERS lines (Redis). Prints JSON: what was
// answered after the warm-up, what was not, and latencies in µs. One thread, epoll, loopback only.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

struct Plan {
    std::uint16_t port;
    std::size_t clients;
    double seconds, warm_up;
    std::uint64_t items;
    bool http;
    std::size_t answers;
    std::string request;
};

[[noreturn]] void give_up(const char* what) {
    std::perror(what);
    std::exit(1);
}

class Requests {
public:
    explicit Requests(const Plan& plan) : plan_(plan), dice_(std::random_device{}()) {}

    std::string next() {
        std::string text = plan_.request;
        put(text, "%I", std::to_string(1 + dice_() % plan_.items));
        char key[24];
        std::snprintf(key, sizeof key, "%08llx%08llx", static_cast<unsigned long long>(salt_),
                      static_cast<unsigned long long>(++number_));
        put(text, "%K", key);
        return text;
    }

private:
    static void put(std::string& text, std::string_view mark, const std::string& value) {
        for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at))
            text.replace(at, mark.size(), value);
    }

    const Plan& plan_;
    std::mt19937_64 dice_;
    std::uint64_t salt_ = dice_() >> 32, number_ = 0;
};

class Connection {
public:
    Connection(const Plan& plan, int epoll) : plan_(plan), epoll_(epoll) { open(); }

    void send(Requests& requests) {
        const std::string text = requests.next();
        sent_ = Clock::now();
        in_.clear();
        if (::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
            give_up("send");
    }

    enum class State { waiting, answered, refused, broken };
    State receive() {
        char buffer[16384];
        const auto got = ::recv(socket_, buffer, sizeof buffer, 0);
        if (got <= 0) return State::broken;
        in_.append(buffer, static_cast<std::size_t>(got));
        return plan_.http ? http_state() : resp_state();
    }
    double waited_us() const {
        return std::chrono::duration<double, std::micro>(Clock::now() - sent_).count();
    }
    bool closing() const { return closing_; }
    std::string first_line() const { return in_.substr(0, in_.find('\r')); }

    void open() {
        if (socket_ >= 0) ::close(socket_);
        closing_ = false;
        socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(plan_.port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            give_up("connect");
        const int on = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = this;
        if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket_, &event) != 0) give_up("epoll_ctl");
    }

private:
    State http_state() {
        const auto end = in_.find("\r\n\r\n");
        if (end == std::string::npos) return State::waiting;
        std::string head = in_.substr(0, end + 2);
        std::transform(head.begin(), head.end(), head.begin(),
                       [](unsigned char c) { return std::tolower(c); });
        const auto length_at = head.find("\r\ncontent-length:");
        const std::size_t length =
            length_at == std::string::npos ? 0 : std::strtoul(head.c_str() + length_at + 17, nullptr, 10);
        if (in_.size() < end + 4 + length) return State::waiting;
        closing_ = head.starts_with("http/1.0") || head.find("\r\nconnection: close") != std::string::npos;
        return head.size() > 9 && head[9] == '2' ? State::answered : State::refused;
    }

    State resp_state() const {
        if (static_cast<std::size_t>(std::count(in_.begin(), in_.end(), '\n')) < plan_.answers)
            return State::waiting;
        // An error, out of stock, or nobody who has it too.
        const bool refused = in_.find('-') != std::string::npos || in_.find(":0\r") != std::string::npos;
        return refused ? State::refused : State::answered;
    }

    const Plan& plan_;
    int epoll_, socket_ = -1;
    bool closing_ = false;
    Clock::time_point sent_;
    std::string in_;
};

struct Results {
    std::vector<double> us;
    std::size_t all = 0, failed = 0; // all: with the warm-up
    std::string failure;             // the first, in the server's words
};

double at(const std::vector<double>& sorted, double share) {
    return sorted.empty() ? 0
                          : sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

Results run(const Plan& plan) {
    const int epoll = ::epoll_create1(0);
    Requests requests(plan);
    std::vector<Connection> connections;
    connections.reserve(plan.clients);
    for (std::size_t i = 0; i < plan.clients; ++i)
        connections.emplace_back(plan, epoll).send(requests);
    Results results;
    const auto begin = Clock::now();
    const auto passed = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
    std::vector<epoll_event> events(plan.clients);
    while (passed() < plan.warm_up + plan.seconds) {
        const int ready = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 100);
        for (int i = 0; i < ready; ++i) {
            auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
            const auto state = connection.receive();
            if (state == Connection::State::waiting) continue;
            ++results.all;
            if (state != Connection::State::answered && results.failed++ == 0)
                results.failure = connection.first_line();
            if (state == Connection::State::answered && passed() >= plan.warm_up)
                results.us.push_back(connection.waited_us());
            if (state == Connection::State::broken || connection.closing()) connection.open();
            connection.send(requests);
        }
    }
    return results;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 8) {
        std::fputs("usage: load PORT CLIENTS SECONDS WARM-UP ITEMS http|resp ANSWERS < request\n", stderr);
        return 2;
    }
    const Plan plan{static_cast<std::uint16_t>(std::atoi(argv[1])),
                    std::strtoul(argv[2], nullptr, 10),
                    std::atof(argv[3]),
                    std::atof(argv[4]),
                    std::strtoull(argv[5], nullptr, 10),
                    std::strcmp(argv[6], "http") == 0,
                    std::strtoul(argv[7], nullptr, 10),
                    {std::istreambuf_iterator<char>(std::cin), {}}};
    Results results = run(plan);
    std::sort(results.us.begin(), results.us.end());
    std::replace_if(
        results.failure.begin(), results.failure.end(),
        [](char c) { return c == '"' || c == '\\' || c < ' '; }, ' ');
    std::printf(
        "{\"answered\": %zu, \"all\": %zu, \"failed\": %zu, \"failure\": \"%s\", \"per_second\": %.1f, "
        "\"p50_us\": %.1f, \"p99_us\": %.1f}\n",
        results.us.size(), results.all, results.failed, results.failure.c_str(),
        static_cast<double>(results.us.size()) / plan.seconds, at(results.us, 0.5), at(results.us, 0.99));
}
