#pragma once
/// \file
/// One HTTP/1.1 connection: reads requests, has them answered one after the other, and keeps every limit.
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/asio.hpp"
#include "net/http_parser.hpp"
#include "net/http_service.hpp"
#include "net/plain_request.hpp"
#include <bookstore/net/plain_post.hpp>

namespace bookstore::net {

/// Loop thread only. Its coroutine keeps it alive.
class HttpSession final : public std::enable_shared_from_this<HttpSession>, private Asker {
public:
    /// `over_limit`: it is one of the reserve, see HttpLimits.
    HttpSession(tcp::socket socket, std::shared_ptr<HttpService> service, bool over_limit);
    ~HttpSession();
    HttpSession(const HttpSession&) = delete;
    HttpSession& operator=(const HttpSession&) = delete;

    /// Serves until the connection ends.
    asio::awaitable<void> run();

    /// Ends what has taken longer than its limit.
    void check(base::TimePoint now);
    /// Closes if idle; else the answer under way is the last.
    void drain();
    /// Closes now.
    void cut();

    /// Whether it is the client's turn to say or to take something, and since when.
    bool waits_for_client() const;
    base::TimePoint waits_since() const { return since_; }
    /// Another needs the place. What an idle client has sent by now is answered.
    void give_way();

private:
    /// What the session waits for; `deadline_` says until when.
    enum class Phase { idle, header, body, queued, handling, writing, lingering };
    /// What is to be done when no plain request is left that can be answered at once.
    enum class Next {
        wait,  ///< for more bytes
        ask,   ///< who takes POSTs on
        again, ///< answer more of what is buffered, when what has been answered is sent
        queue, ///< the same, but others are to be let past first
        parse, ///< what is buffered, or comes, is not for us
        close, ///< when what has been answered is sent
        end,
    };
    /// The session's coroutine, which keeps it alive, waiting for what is next: owned by a read from the
    /// socket, or by the reply that a POST has been taken on with.
    using Resume = asio::async_result<asio::use_awaitable_t<>, void(Next)>::handler_type;
    struct PlainWait;

    base::Duration idle_time() const;
    base::Duration header_time() const;
    base::Duration queueing_time() const;
    void enter(Phase phase, base::Duration limit);
    asio::awaitable<Next> wait_plainly(Next next);
    asio::awaitable<void> queue_plainly();
    Next come(error_code ec, std::size_t bytes);
    Next answer_plainly();
    void take_on();
    void answer(const Response& response) override;
    void abandon() override;
    Next answer_post(const Response& response);
    bool write_plainly(base::TimePoint began);
    void forget_sent();
    asio::awaitable<bool> write_rest();
    asio::awaitable<bool> read_request();
    asio::awaitable<bool> answer_parsed();
    asio::awaitable<bool> wait_for_turn(const Request& request);
    bool begin_body();
    bool make_room();
    asio::awaitable<bool> fill();
    bool read_last_words();
    asio::awaitable<bool> upgrade(Request request, const HttpService::Upgrade& to);
    const HttpService::Upgrade* wanted_upgrade(const Request& request) const;
    bool stays_open() const;
    bool may_keep() const;
    asio::awaitable<bool> send(Response response, bool head_only, bool keep);
    asio::awaitable<bool> reject(Response response, Rejection why);
    bool write_at_once(const Response& response, bool head_only, Connection connection, std::size_t& sent);
    asio::awaitable<void> linger();
    void give_up();

    std::shared_ptr<HttpService> service_;
    tcp::socket socket_;
    const bool over_limit_;
    std::string peer_;
    RequestParser parser_;
    std::string buffer_; ///< bytes read; [used_, filled_) are not parsed yet
    std::size_t used_ = 0;
    std::size_t filled_ = 0;
    std::string head_;     ///< of the answer; kept for its memory
    std::string out_;      ///< answers to plain requests; kept for its memory
    std::size_t sent_ = 0; ///< of out_
    Phase phase_ = Phase::idle;
    base::TimePoint deadline_;
    base::TimePoint since_;       ///< when the phase began, or the client last took something
    bool expired_ = false;        ///< the deadline passed
    bool giving_way_ = false;     ///< what has been sent by now is the last
    bool has_turn_ = false;       ///< it has queued for what is buffered now
    bool overdue_ = false;        ///< it has, for too long
    bool answered_late_ = false;  ///< 503 was sent while the handler still runs
    std::size_t in_a_row_ = 0;    ///< requests answered without giving way to other connections
    PlainRequest post_;           ///< found in the buffer, to be taken on
    std::optional<Resume> asked_; ///< while a POST's answer is waited for, whose reply this is
};

} // namespace bookstore::net
