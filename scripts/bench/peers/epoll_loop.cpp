// The least that a server on Linux can do for a keep-alive GET: wait, read, write. A ruler, not a server.
//
//   epoll_loop PORT BODY
//
// Every head, whatever it says, is answered with BODY; those that come in one read are answered in one write.
// One thread, loopback only.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unordered_map>

#include <arpa/inet.h>
#include <csignal>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace {

constexpr std::string_view head_end = "\r\n\r\n";

int checked(int result, const char* what) {
    if (result >= 0) return result;
    std::perror(what);
    std::exit(1);
}

int listen_on(std::uint16_t port) {
    const int listener = checked(::socket(AF_INET, SOCK_STREAM, 0), "socket");
    const int on = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    checked(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
    checked(::listen(listener, 1'024), "listen");
    return listener;
}

void watch(int epoll, int socket) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    checked(::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event), "epoll_ctl");
}

/// Takes the heads that are complete off `in`, and appends an answer for each to `out`.
void answer_heads(std::string& in, std::string& out, const std::string& answer) {
    std::size_t taken = 0;
    for (auto end = in.find(head_end); end != std::string::npos; end = in.find(head_end, taken)) {
        taken = end + head_end.size();
        out += answer;
    }
    in.erase(0, taken);
}

/// False when the connection is over. An answer that the socket does not take at once ends it, too.
bool serve(int socket, std::string& in, std::string& out, const std::string& answer) {
    char buffer[16'384];
    const auto got = ::recv(socket, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    in.append(buffer, static_cast<std::size_t>(got));
    out.clear();
    answer_heads(in, out, answer);
    return out.empty() ||
           ::send(socket, out.data(), out.size(), MSG_DONTWAIT) == static_cast<ssize_t>(out.size());
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: epoll_loop PORT BODY\n", stderr);
        return 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    const std::string body = argv[2];
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                               std::to_string(body.size()) + "\r\n\r\n" + body;
    const int listener = listen_on(static_cast<std::uint16_t>(std::atoi(argv[1])));
    const int epoll = checked(::epoll_create1(0), "epoll_create1");
    watch(epoll, listener);
    std::unordered_map<int, std::string> received;
    std::string out;
    epoll_event events[512];
    for (;;) {
        const int ready = ::epoll_wait(epoll, events, 512, -1);
        if (ready < 0 && errno != EINTR) checked(ready, "epoll_wait");
        for (int i = 0; i < ready; ++i) {
            const int socket = events[i].data.fd;
            if (socket == listener) {
                const int accepted = checked(::accept(listener, nullptr, nullptr), "accept");
                const int on = 1;
                ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                watch(epoll, accepted);
                received[accepted].clear();
            } else if (!serve(socket, received[socket], out, answer)) {
                ::close(socket);
                received.erase(socket);
            }
        }
    }
}
