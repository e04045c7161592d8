#pragma once
/// \file
/// A frontend in this process, on a thread of its own, that answers as told and notes what it was asked.
#include <functional>
#include <mutex>
#include <sstream>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <bookstore/base/metrics.hpp>
#include <bookstore/ctl/run.hpp>
#include <bookstore/net/http_server.hpp>
#include <bookstore/net/loop.hpp>
#include <bookstore/net/problem.hpp>

namespace bookstore::ctl {

class FakeShop {
public:
    using Handler = std::function<net::Response(const net::Request& request)>;

    explicit FakeShop(Handler handler) : handler_(std::move(handler)) {
        where_ = server_.listen({"127.0.0.1", 0});
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~FakeShop() {
        loop_.stop();
        thread_.join();
    }
    FakeShop(const FakeShop&) = delete;
    FakeShop& operator=(const FakeShop&) = delete;

    std::string address() const { return net::to_string(where_); }

    std::vector<net::Request> requests() const {
        const std::scoped_lock lock(mutex_);
        return requests_;
    }

private:
    boost::asio::awaitable<net::Response> answer(net::Request request) {
        const std::scoped_lock lock(mutex_);
        requests_.push_back(request);
        co_return handler_(request);
    }

    std::vector<net::Route> routes() {
        const auto handler = [this](net::Request request) { return answer(std::move(request)); };
        return {{net::Verb::get, "/v1/books", handler},      {net::Verb::post, "/v1/books", handler},
                {net::Verb::get, "/v1/books/{id}", handler}, {net::Verb::patch, "/v1/books/{id}", handler},
                {net::Verb::post, "/v1/orders", handler},    {net::Verb::get, "/v1/orders/{id}", handler},
                {net::Verb::get, "/lookup", handler},        {net::Verb::get, "/v1/status", handler}};
    }

    Handler handler_;
    mutable std::mutex mutex_;
    std::vector<net::Request> requests_;
    boost::asio::io_context loop_{1};
    std::unique_ptr<base::Scheduler> scheduler_ = net::make_loop_scheduler(loop_);
    base::Metrics metrics_;
    net::Router router_{routes(), {}};
    net::HttpServer server_{loop_, *scheduler_, router_, {}, metrics_};
    net::Endpoint where_;
    std::thread thread_;
};

struct Ran {
    int status = 0;
    std::string out, err;
};

/// Runs `bookstorectl ARGUMENTS...`, not on a terminal.
inline Ran bookstorectl(const std::vector<std::string>& arguments,
                        const std::vector<std::string>& environment = {}) {
    std::vector<const char*> argv{"bookstorectl"};
    for (const std::string& argument : arguments)
        argv.push_back(argument.c_str());
    std::ostringstream out, err;
    const int status =
        run(static_cast<int>(argv.size()), argv.data(), environment, "1.2.3", {out, err, false});
    return {status, out.str(), err.str()};
}

/// The same with `--endpoints`.
inline Ran at(const std::string& endpoints, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "--endpoints=" + endpoints);
    return bookstorectl(arguments);
}

/// Where nobody listens.
inline const std::string nowhere = "127.0.0.1:1";

inline const std::string rpcs = R"({"id":2,"title":"RPCs for Dummies","topic":"ds","cost":200,"stock":5})";

} // namespace bookstore::ctl
