// Requests that are answered without being parsed: what is taken for a plain one is what the parser finds,
// too.
#include "fuzz/target.hpp"
#include "net/http_parser.hpp"
#include "net/plain_request.hpp"

namespace {

using namespace bookstore;

constexpr net::ParserLimits limits{1'024, 2'048};

auto find_plain(std::string_view bytes) {
    return net::find_plain_request(bytes, limits.body_bytes_max);
}

} // namespace

void fuzz_one(std::string_view input) {
    if (input.size() > limits.header_bytes_max) return; // a session's buffer holds no more
    while (const auto plain = find_plain(input)) {
        INVARIANT(plain->bytes > 0 && plain->bytes <= input.size());
        // Nothing that is not there yet can change it.
        INVARIANT(find_plain(input.substr(0, plain->bytes)).has_value());
        INVARIANT(!find_plain(input.substr(0, plain->bytes - 1)).has_value());

        net::RequestParser parser(limits);
        std::string_view unparsed = input;
        INVARIANT(parser.feed(unparsed) == net::ParseState::done);
        INVARIANT(input.size() - unparsed.size() == plain->bytes);
        INVARIANT(parser.keep_alive() && !parser.is_upgrade() && !parser.is_http_1_0());
        INVARIANT(!parser.expects_continue());
        const auto request = parser.take();
        INVARIANT(request.verb == plain->verb);
        INVARIANT(request.verb == net::Verb::post || request.verb == net::Verb::get);
        INVARIANT(request.target == plain->target);
        INVARIANT(request.body == plain->body);
        INVARIANT(request.header("Content-Type") == plain->content_type);
        INVARIANT(request.header("Idempotency-Key") == plain->idempotency_key);
        INVARIANT(request.header("Content-Length").has_value() == (request.verb == net::Verb::post));
        for (const char* name :
             {"Authorization", "Transfer-Encoding", "Upgrade", "Expect", "Bookstore-Timing"})
            INVARIANT(!request.header(name));
        input.remove_prefix(plain->bytes);
    }
}
