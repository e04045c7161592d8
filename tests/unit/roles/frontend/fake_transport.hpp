#pragma once
/// \file
/// The other processes, as the test plays them.
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/promise.hpp>
#include <bookstore/net/transport.hpp>
#include <bookstore/roles/protocol.hpp>

namespace bookstore::roles::frontend::test {

/// One call that the frontend made.
struct Call {
    net::Endpoint to;
    net::Method method{};
    std::string request;
    base::TimePoint deadline;
    net::Promise<base::result<std::string>> answer;

    template <typename Message>
    Message as() const {
        return decode<Message>(request).value();
    }
};

class FakeTransport final : public net::Transport {
public:
    /// The answer, or nothing to leave the call open until the test or the deadline ends it.
    using Answerer = std::function<std::optional<base::result<std::string>>(const Call&)>;

    explicit FakeTransport(base::Scheduler& scheduler) : scheduler_(scheduler) {}

    void on_call(net::Method method, CallHandler handler) override {
        call_handlers[method] = std::move(handler);
    }
    void on_notice(net::Method method, NoticeHandler handler) override {
        notice_handlers[method] = std::move(handler);
    }
    void on_state(StateHandler) override {}
    void notify(const net::Endpoint&, net::Method, std::string) override {}

    boost::asio::awaitable<base::result<std::string>>
    call(net::Endpoint to, net::Method method, std::string request, base::TimePoint deadline) override {
        const auto made =
            std::make_shared<Call>(Call{std::move(to), method, std::move(request), deadline, {}});
        calls.push_back(made);
        if (closed_) made->answer.set(base::Errc::stopping);
        if (const auto found = answerers.find(method); found != answerers.end())
            if (const auto now = found->second(*made)) made->answer.set(*now);
        const auto late = scheduler_.at(deadline, [made] { made->answer.set(base::Errc::timed_out); });
        auto answer = made->answer;
        co_return co_await std::move(answer).wait();
    }

    std::vector<std::shared_ptr<Call>> made(net::Method method) const {
        std::vector<std::shared_ptr<Call>> some;
        for (const auto& call : calls)
            if (call->method == method) some.push_back(call);
        return some;
    }

    /// Ends every call, and those to come.
    void close() {
        closed_ = true;
        for (const auto& call : calls)
            call->answer.set(base::Errc::stopping);
    }

    std::vector<std::shared_ptr<Call>> calls;
    std::map<net::Method, Answerer> answerers;
    std::map<net::Method, CallHandler> call_handlers;
    std::map<net::Method, NoticeHandler> notice_handlers;

private:
    base::Scheduler& scheduler_;
    bool closed_ = false;
};

} // namespace bookstore::roles::frontend::test
