// The least that a purchase can be made of as separate processes: those that it passes, which do nothing but
// pass it on.
//
//   chain FOLDER SECONDS WARM-UP told|untold
//
//   client - frontend - order leader - catalog leader - its two followers
//                                    - its own two followers
//
// A message goes along that line to the catalog's leader, which writes and syncs it and has a follower do so
// as well; then the order leader does the same with its followers; then the client is answered, and sends the
// next. `told`: before it writes, the catalog's leader asks the frontend, as one does that has to invalidate
// what a cache holds. One thread each, blocking calls, TCP over loopback, files in FOLDER that have their
// length already. Prints JSON: how many, and latencies in µs.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t file_bytes = 1u << 20, write_bytes = 512;

/// As large as one of the real ones.
struct Message {
    std::uint64_t number = 0;
    char rest[56]{};
};

int checked(int result, const char* what) {
    if (result >= 0) return result;
    std::perror(what);
    std::exit(1);
}

/// A connection that both of its processes have from the one that made them.
struct Link {
    int asks = -1, answers = -1; ///< the two ends
};

Link connect_both() {
    const int listener = checked(::socket(AF_INET, SOCK_STREAM, 0), "socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    checked(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), "bind");
    checked(::listen(listener, 1), "listen");
    checked(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    Link link;
    link.asks = checked(::socket(AF_INET, SOCK_STREAM, 0), "socket");
    checked(::connect(link.asks, reinterpret_cast<sockaddr*>(&address), size), "connect");
    link.answers = checked(::accept(listener, nullptr, nullptr), "accept");
    ::close(listener);
    for (const int end : {link.asks, link.answers}) {
        const int on = 1;
        checked(::setsockopt(end, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
    }
    return link;
}

void send(int socket, const Message& message) {
    if (::send(socket, &message, sizeof message, MSG_NOSIGNAL) != sizeof message) std::exit(0);
}

/// Ends the process with the connection.
Message receive(int socket) {
    Message message;
    if (::recv(socket, &message, sizeof message, MSG_WAITALL) != sizeof message) std::exit(0);
    return message;
}

/// Which of the two has something.
int wait_for(int one, int other) {
    std::array<pollfd, 2> ends{pollfd{one, POLLIN, 0}, pollfd{other, POLLIN, 0}};
    while (::poll(ends.data(), ends.size(), -1) < 0)
        if (errno != EINTR) checked(-1, "poll");
    return ends[0].revents != 0 ? one : other;
}

class File {
public:
    explicit File(const std::string& path)
        : file_(checked(::open(path.c_str(), O_RDWR | O_CREAT, 0600), "open")) {
        const std::string zeros(file_bytes, '\0');
        if (::pwrite(file_, zeros.data(), zeros.size(), 0) != static_cast<ssize_t>(zeros.size()))
            checked(-1, "write");
        checked(::fsync(file_), "fsync");
    }
    void keep(const Message& message) {
        char bytes[write_bytes]{};
        std::memcpy(bytes, &message, sizeof message);
        if (::pwrite(file_, bytes, write_bytes, static_cast<off_t>(at_)) != static_cast<ssize_t>(write_bytes))
            checked(-1, "write");
        checked(::fdatasync(file_), "fdatasync");
        at_ = (at_ + write_bytes) % file_bytes;
    }

private:
    int file_;
    std::size_t at_ = 0;
};

void follow(int leader, File file) {
    for (;;) {
        const Message message = receive(leader);
        file.keep(message);
        send(leader, message);
    }
}

/// Returns when two of three have it.
void replicate(const Message& message, int one, int other, File& file) {
    send(one, message);
    send(other, message);
    file.keep(message);
    while (receive(wait_for(one, other)).number != message.number) {
    } // the slower one's of the message before
}

struct Chain {
    Link client = connect_both(), order = connect_both(), catalog = connect_both(), told = connect_both();
    std::array<Link, 2> order_followers{connect_both(), connect_both()},
        catalog_followers{connect_both(), connect_both()};
};

void be_frontend(const Chain& chain) {
    for (;;) {
        send(chain.order.asks, receive(chain.client.answers));
        while (wait_for(chain.order.asks, chain.told.answers) == chain.told.answers)
            send(chain.told.answers, receive(chain.told.answers));
        send(chain.client.answers, receive(chain.order.asks));
    }
}

void be_order_leader(const Chain& chain, File file) {
    for (;;) {
        send(chain.catalog.asks, receive(chain.order.answers));
        const Message message = receive(chain.catalog.asks);
        replicate(message, chain.order_followers[0].asks, chain.order_followers[1].asks, file);
        send(chain.order.answers, message);
    }
}

void be_catalog_leader(const Chain& chain, File file, bool tells) {
    for (;;) {
        const Message message = receive(chain.catalog.answers);
        if (tells) {
            send(chain.told.asks, message);
            receive(chain.told.asks);
        }
        replicate(message, chain.catalog_followers[0].asks, chain.catalog_followers[1].asks, file);
        send(chain.catalog.answers, message);
    }
}

template <typename Life>
pid_t start(Life life) {
    const pid_t child = checked(::fork(), "fork");
    if (child != 0) return child;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    life();
    std::exit(0);
}

std::vector<pid_t> start_all(const Chain& chain, const std::string& folder, bool tells) {
    std::vector<pid_t> processes{start([&] { be_frontend(chain); }),
                                 start([&] { be_order_leader(chain, File(folder + "/order")); }),
                                 start([&] { be_catalog_leader(chain, File(folder + "/catalog"), tells); })};
    for (std::size_t i = 0; i < 2; ++i) {
        const auto number = std::to_string(i);
        processes.push_back(
            start([&] { follow(chain.order_followers[i].answers, File(folder + "/order" + number)); }));
        processes.push_back(
            start([&] { follow(chain.catalog_followers[i].answers, File(folder + "/catalog" + number)); }));
    }
    return processes;
}

std::vector<double> ask(int frontend, double seconds, double warm_up) {
    std::vector<double> us;
    const auto began = Clock::now();
    const auto since = [](Clock::time_point then) {
        return std::chrono::duration<double>(Clock::now() - then).count();
    };
    Message message;
    while (since(began) < warm_up + seconds) {
        ++message.number;
        const auto sent = Clock::now();
        send(frontend, message);
        receive(frontend);
        if (since(began) >= warm_up) us.push_back(since(sent) * 1e6);
    }
    std::sort(us.begin(), us.end());
    return us;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::fputs("usage: chain FOLDER SECONDS WARM-UP told|untold\n", stderr);
        return 2;
    }
    const Chain chain;
    const auto processes = start_all(chain, argv[1], std::strcmp(argv[4], "told") == 0);
    const auto us = ask(chain.client.asks, std::atof(argv[2]), std::atof(argv[3]));
    for (const pid_t process : processes)
        ::kill(process, SIGKILL);
    for (const pid_t process : processes)
        ::waitpid(process, nullptr, 0);
    if (us.empty()) return 1;
    const auto at = [&](double share) {
        return us[static_cast<std::size_t>(share * static_cast<double>(us.size() - 1))];
    };
    std::printf("{\"answered\": %zu, \"p50_us\": %.1f, \"p99_us\": %.1f}\n", us.size(), at(0.5), at(0.99));
}
