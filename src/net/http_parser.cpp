#include "net/http_parser.hpp"

#include "net/http_parser_base.hpp"
#include "net/target.hpp"
#include "net/text.hpp"

namespace bookstore::net {
namespace {

Verb to_verb(http::verb verb) {
    switch (verb) {
    case http::verb::get:
        return Verb::get;
    case http::verb::head:
        return Verb::head;
    case http::verb::post:
        return Verb::post;
    case http::verb::put:
        return Verb::put;
    case http::verb::patch:
        return Verb::patch;
    case http::verb::delete_:
        return Verb::delete_;
    case http::verb::options:
        return Verb::options;
    default:
        return Verb::other;
    }
}

class OneRequest final : public MessageParser<true> {
public:
    using MessageParser::MessageParser;

    Request request;
    int hosts = 0;
    bool expects_continue = false;
    bool is_1_0() const { return version_1_0; }

private:
    void on_request_impl(http::verb verb, beast_view method, beast_view target, int version,
                         error_code& ec) override {
        version_1_0 = version == 10;
        request.verb = to_verb(verb);
        request.target.assign(target.data(), target.size());
        if (!net::parse_target(request.target, request)) ec = http::error::bad_target;
        headers.reserve(8);
        count_header_bytes(method.size() + target.size() + sizeof "  HTTP/1.1\r\n" - 1, ec);
    }
    void on_response_impl(int, beast_view, int, error_code&) override {}
    void on_field_impl(http::field field, beast_view name, beast_view value, error_code& ec) override {
        MessageParser::on_field_impl(field, name, value, ec);
        if (is_header_done()) return;
        if (field == http::field::host) ++hosts;
        if (field == http::field::expect)
            expects_continue = iequals({value.data(), value.size()}, "100-continue");
    }
    void on_header_impl(error_code& ec) override {
        // RFC 9112, section 3.2: exactly one Host in HTTP/1.1.
        if (hosts > 1 || (hosts == 0 && !version_1_0)) ec = http::error::bad_field;
    }
};

class OneResponse final : public MessageParser<false> {
public:
    using MessageParser::MessageParser;

    int status = 0;

private:
    void on_request_impl(http::verb, beast_view, beast_view, int, error_code&) override {}
    void on_response_impl(int code, beast_view, int version, error_code&) override {
        version_1_0 = version == 10;
        status = code;
    }
    void on_header_impl(error_code&) override {}
};

} // namespace

struct RequestParser::Impl {
    ParserLimits limits;
    std::optional<OneRequest> message;
    boost::system::error_code failure;
};

RequestParser::RequestParser(ParserLimits limits) : impl_(std::make_unique<Impl>(Impl{limits, {}, {}})) {
    start();
}
RequestParser::~RequestParser() = default;

void RequestParser::start() {
    impl_->message.emplace(impl_->limits);
}

ParseState RequestParser::feed(std::string_view& in) {
    return impl_->message->feed(in, impl_->failure);
}

Request RequestParser::take() {
    auto& message = *impl_->message;
    message.request.headers = std::move(message.headers);
    message.request.body = std::move(message.body);
    return std::move(message.request);
}

bool RequestParser::header_done() const {
    return impl_->message->is_header_done();
}
bool RequestParser::keep_alive() const {
    return impl_->message->keep_alive();
}
bool RequestParser::is_upgrade() const {
    return impl_->message->upgrade();
}
bool RequestParser::is_http_1_0() const {
    return impl_->message->is_1_0();
}
bool RequestParser::expects_continue() const {
    return impl_->message->expects_continue && !impl_->message->is_1_0();
}

int RequestParser::failure_status() const {
    if (impl_->failure == http::error::header_limit) return 431;
    if (impl_->failure == http::error::body_limit) return 413;
    return 400;
}

std::string_view RequestParser::failure_detail() const {
    if (impl_->failure == http::error::header_limit)
        return "The request's header is longer than this server takes.";
    if (impl_->failure == http::error::body_limit)
        return "The request's body is longer than this server takes.";
    if (impl_->failure == http::error::bad_target)
        return "The request target is not a path, or holds a bad percent sequence.";
    return "This is not a well-formed HTTP/1.1 request.";
}

struct ResponseParser::Impl {
    ParserLimits limits;
    bool to_head;
    std::optional<OneResponse> message;
    boost::system::error_code failure;
    bool started = false;

    void start() {
        message.emplace(limits);
        message->skip(to_head);
        started = false;
    }
};

ResponseParser::ResponseParser(ParserLimits limits, bool to_head)
    : impl_(std::make_unique<Impl>(Impl{limits, to_head, {}, {}})) {
    impl_->start();
}
ResponseParser::~ResponseParser() = default;

ParseState ResponseParser::feed(std::string_view& in) {
    for (;;) {
        impl_->started = impl_->started || !in.empty();
        const auto state = impl_->message->feed(in, impl_->failure);
        const int status = impl_->message->status;
        if (state != ParseState::done || status >= 200 || status == 101) return state;
        impl_->start();
    }
}

bool ResponseParser::end_of_stream() {
    if (!impl_->started) return false;
    impl_->message->put_eof(impl_->failure);
    return !impl_->failure;
}

boost::system::error_code ResponseParser::failure() const {
    const bool too_large =
        impl_->failure == http::error::header_limit || impl_->failure == http::error::body_limit;
    return too_large ? base::Errc::too_large : base::Errc::protocol_error;
}

bool ResponseParser::keep_alive() const {
    return impl_->message->keep_alive();
}

Response ResponseParser::take() {
    Response response;
    response.status = impl_->message->status;
    response.headers = std::move(impl_->message->headers);
    response.body = std::move(impl_->message->body);
    response.content_type = std::string(find_header(response.headers, "Content-Type").value_or(""));
    return response;
}

} // namespace bookstore::net
