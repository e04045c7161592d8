// Answers as a peer that went mad may send them to our client.
#include <string>

#include "fuzz/target.hpp"
#include "net/http_parser.hpp"

void fuzz_one(std::string_view input) {
    using namespace bookstore;
    constexpr net::ParserLimits limits{1'024, 2'048};
    const bool to_head = (fuzz::take_choice(input) & 1) != 0;
    net::ResponseParser parser(limits, to_head);
    const auto state = parser.feed(input);
    if (state == net::ParseState::failed) {
        INVARIANT(parser.failure() == base::Errc::protocol_error ||
                  parser.failure() == base::Errc::too_large);
        return;
    }
    if (state == net::ParseState::need_more && !parser.end_of_stream()) return;
    const auto response = parser.take();
    INVARIANT(response.body.size() <= limits.body_bytes_max);
}
