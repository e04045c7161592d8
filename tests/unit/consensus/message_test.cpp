#include <catch2/catch.hpp>

#include <bookstore/consensus/message.hpp>

#include "unit/consensus/entries.hpp"

using namespace bookstore;
using namespace bookstore::consensus;

namespace {

Message wrap(decltype(Message::body) body) {
    return {NodeId{0xfedcba9876543210}, NodeId{2}, Term{300}, std::move(body)};
}

std::vector<Message> one_of_each() {
    AppendRequest append{
        .prev_index = LogIndex{1'000}, .prev_term = Term{299}, .commit = LogIndex{990}, .round = 77};
    append.entries = {entry(1'001, 300, ""), entry(1'002, 300, std::string(200, '\0'))};
    append.entries[0].kind = EntryKind::noop;
    return {
        wrap(VoteRequest{.pre = true, .last_index = LogIndex{5}, .last_term = Term{4}}),
        wrap(VoteRequest{.transfer = true, .last_index = LogIndex{1} + 0xffff'ffffULL, .last_term = Term{4}}),
        wrap(VoteReply{.pre = true, .granted = true}),
        wrap(append),
        wrap(AppendRequest{.round = 1}),
        wrap(AppendReply{.success = true, .match = LogIndex{1'002}, .round = 77}),
        wrap(AppendReply{.conflict_index = LogIndex{9}, .conflict_term = Term{2}, .round = 78}),
        wrap(TimeoutNow{}),
        wrap(JoinRequest{}),
    };
}

} // namespace

TEST_CASE("every message survives the wire", "[message]") {
    for (const auto& message : one_of_each()) {
        const auto bytes = encode(message);
        const auto decoded = decode_message(bytes);
        REQUIRE(decoded.has_value());
        CHECK(decoded->from == message.from);
        CHECK(decoded->to == message.to);
        CHECK(decoded->term == message.term);
        CHECK(decoded->body.index() == message.body.index());
        CHECK(encode(*decoded) == bytes);
    }
}

TEST_CASE("entries get their indexes back", "[message]") {
    const auto message = one_of_each()[3];
    const auto& sent = std::get<AppendRequest>(message.body);
    const auto decoded = decode_message(encode(message)).value();
    const auto& request = std::get<AppendRequest>(decoded.body);
    CHECK(request.prev_index == sent.prev_index);
    CHECK(request.prev_term == sent.prev_term);
    CHECK(request.commit == sent.commit);
    CHECK(request.round == sent.round);
    REQUIRE(request.entries.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(request.entries[i].index == sent.entries[i].index);
        CHECK(request.entries[i].term == sent.entries[i].term);
        CHECK(request.entries[i].kind == sent.entries[i].kind);
        CHECK(*request.entries[i].payload == *sent.entries[i].payload);
    }
}

TEST_CASE("a cut or lengthened message is corrupt", "[message]") {
    for (const auto& message : one_of_each()) {
        const auto bytes = encode(message);
        for (std::size_t length = 0; length < bytes.size(); ++length)
            CHECK(decode_message(bytes.substr(0, length)).error() == base::Errc::corrupt);
        CHECK(decode_message(bytes + '\0').error() == base::Errc::corrupt);
    }
}

TEST_CASE("any flipped bit is found", "[message]") {
    for (const auto& message : one_of_each()) {
        auto bytes = encode(message);
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            const auto flip = static_cast<char>(1 << (bit % 8));
            bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flip);
            CHECK(decode_message(bytes).error() == base::Errc::corrupt);
            bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flip);
        }
    }
}

TEST_CASE("a configuration survives, and a damaged one is told", "[message]") {
    const Configuration configuration{{NodeId{1}, NodeId{2}, NodeId{3}}, {NodeId{9}}};
    const auto bytes = encode(configuration);
    const auto decoded = decode_configuration(bytes);
    REQUIRE(decoded.has_value());
    CHECK(decoded->voters == configuration.voters);
    CHECK(decoded->learners == configuration.learners);
    for (std::size_t length = 0; length < bytes.size(); ++length)
        CHECK(decode_configuration(bytes.substr(0, length)).error() == base::Errc::corrupt);
    CHECK(decode_configuration(bytes + 'x').error() == base::Errc::corrupt);
    CHECK(decode_configuration("\xff\xff\xff\xff\x0f").error() == base::Errc::corrupt);
}
