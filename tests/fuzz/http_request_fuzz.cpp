// Requests as anybody may send them: whatever the pieces in which the bytes come, the same requests are
// found.
#include <algorithm>
#include <string>

#include "fuzz/target.hpp"
#include "net/http_parser.hpp"

namespace {

using namespace bookstore;
using net::ParseState;

constexpr net::ParserLimits limits{1'024, 2'048};
constexpr std::size_t requests_max = 16;

/// What a connection's bytes come to.
struct Outcome {
    std::string requests;
    int refused = 0; ///< the status of what ended them; 0: more bytes are waited for

    /// A line that is not complete may be found wrong at once, or when its end has come.
    bool agrees(const Outcome& other) const {
        return requests == other.requests && (refused == other.refused || refused == 0 || other.refused == 0);
    }
};

void note(std::string& told, const net::Request& request) {
    INVARIANT(request.body.size() <= limits.body_bytes_max);
    told += std::string(net::to_string(request.verb)) + ' ' + request.path + ' ' + request.body + '\n';
    for (const auto& [name, value] : request.query)
        told += name + '=' + value + '\n';
    for (const auto& [name, value] : request.headers)
        told += name + ": " + value + '\n';
}

Outcome outcome_of(std::string_view bytes, std::size_t piece) {
    net::RequestParser parser(limits);
    Outcome outcome;
    std::string buffer;
    for (std::size_t requests = 0; requests < requests_max; ++requests) {
        parser.start();
        for (;;) {
            std::string_view unparsed = buffer;
            const auto state = parser.feed(unparsed);
            INVARIANT(unparsed.size() <= buffer.size());
            buffer.erase(0, buffer.size() - unparsed.size());
            if (state == ParseState::done) break;
            if (state == ParseState::failed) outcome.refused = parser.failure_status();
            if (state == ParseState::failed || bytes.empty()) return outcome;
            buffer += bytes.substr(0, piece);
            bytes.remove_prefix(std::min(piece, bytes.size()));
        }
        note(outcome.requests, parser.take());
    }
    return outcome;
}

} // namespace

void fuzz_one(std::string_view input) {
    if (input.size() > limits.header_bytes_max) return; // beyond it the pieces decide who notices first
    const auto whole = outcome_of(input, std::max<std::size_t>(input.size(), 1));
    INVARIANT(outcome_of(input, 1).agrees(whole));
    INVARIANT(outcome_of(input, 7).agrees(whole));
}
