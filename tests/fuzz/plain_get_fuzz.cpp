// Requests that are answered without being parsed: what is taken for a plain GET is what the parser finds,
// too.
#include "fuzz/target.hpp"
#include "net/http_parser.hpp"
#include "net/plain_get.hpp"

namespace {

using namespace bookstore;

constexpr net::ParserLimits limits{1'024, 2'048};

} // namespace

void fuzz_one(std::string_view input) {
    if (input.size() > limits.header_bytes_max) return; // a session's buffer holds no more
    while (const auto plain = net::find_plain_get(input)) {
        INVARIANT(plain->bytes > 0 && plain->bytes <= input.size());
        // Nothing that is not there yet can change it.
        INVARIANT(net::find_plain_get(input.substr(0, plain->bytes)).has_value());
        INVARIANT(!net::find_plain_get(input.substr(0, plain->bytes - 1)).has_value());

        net::RequestParser parser(limits);
        std::string_view unparsed = input;
        INVARIANT(parser.feed(unparsed) == net::ParseState::done);
        INVARIANT(input.size() - unparsed.size() == plain->bytes);
        INVARIANT(parser.keep_alive() && !parser.is_upgrade() && !parser.is_http_1_0());
        INVARIANT(!parser.expects_continue());
        const auto request = parser.take();
        INVARIANT(request.verb == net::Verb::get);
        INVARIANT(request.target == plain->target);
        INVARIANT(request.body.empty());
        for (const char* name : {"Authorization", "Content-Length", "Transfer-Encoding", "Upgrade", "Expect"})
            INVARIANT(!request.header(name));
        input.remove_prefix(plain->bytes);
    }
}
