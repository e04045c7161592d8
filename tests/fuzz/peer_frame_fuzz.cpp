// A peer's stream: whatever the pieces, the same frames, and what is read is what would have been written.
#include <algorithm>
#include <cstring>
#include <string>

#include "fuzz/target.hpp"
#include "net/frame.hpp"

namespace {

using namespace bookstore;

/// The frames, written again one after the other, and how it ended.
std::string outcome_of(std::string_view bytes, std::size_t piece) {
    net::FrameReader reader;
    std::string told;
    for (;;) {
        for (;;) {
            const auto frame = reader.next();
            if (!frame) return told + frame.error().message();
            if (!*frame) break;
            net::append_frame(told, **frame);
        }
        if (bytes.empty()) return told;
        const auto space = reader.space();
        INVARIANT(space.size > 0);
        const auto count = std::min({space.size, piece, bytes.size()});
        std::memcpy(space.data, bytes.data(), count);
        reader.commit(count);
        bytes.remove_prefix(count);
    }
}

/// libFuzzer does not guess checksums: this makes a valid frame of its bytes.
void round_trip(std::string_view input) {
    net::Frame frame;
    frame.kind = static_cast<net::FrameKind>(fuzz::take_choice(input) % 3 + 1);
    frame.id = fuzz::take_choice(input);
    frame.payload = input;
    if (frame.kind == net::FrameKind::answer)
        frame.error = 0;
    else
        frame.method = net::Method{fuzz::take_choice(input)};
    std::string bytes;
    net::append_frame(bytes, frame);
    INVARIANT(outcome_of(bytes, 3) == bytes);
}

} // namespace

void fuzz_one(std::string_view input) {
    if (fuzz::take_choice(input) % 2 == 0) return round_trip(input);
    INVARIANT(outcome_of(input, 1) == outcome_of(input, input.size() + 1));
}
