#pragma once
/// \file
/// What the cores of a group send each other, and its encoding.
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/error.hpp>
#include <bookstore/consensus/types.hpp>

namespace bookstore::consensus {

struct VoteRequest {
    bool pre = false;      ///< would you vote for me? Changes nothing (dissertation 9.6)
    bool transfer = false; ///< the leader asked me to: stickiness does not apply (dissertation 4.2.3)
    LogIndex last_index{};
    Term last_term{};
};

struct VoteReply {
    bool pre = false;
    bool granted = false;
};

struct AppendRequest {
    LogIndex prev_index{};
    Term prev_term{};
    std::vector<Entry> entries{}; ///< consecutive from prev_index + 1; empty: a heartbeat
    LogIndex commit{};
    std::uint64_t round =
        0; ///< counts the leader's sendings: what an answer echoes dates the leader's contact
};

struct AppendReply {
    bool success = false;
    LogIndex match{}; ///< on success: this request's prev_index + its entries, never more (defect P2)
    LogIndex
        conflict_index{}; ///< on refusal: the highest index at which the logs may agree, by what was asked...
    Term conflict_term{}; ///< ...and the term that the follower has there (paper 5.3: a term is skipped at
                          ///< once)
    std::uint64_t round = 0;
};

/// The leader's way to say "now": start an election at once (dissertation 3.10).
struct TimeoutNow {};

/// A node without a leader asks whoever leads to be sent everything. It may be new, or have been removed
/// without having heard of it. It counts for nothing. Sent to `nobody`: to everybody there is.
struct JoinRequest {};

struct Message {
    NodeId from = nobody;
    NodeId to = nobody;
    Term term{}; ///< the sender's; for a pre-vote request the term it would stand in
    std::variant<VoteRequest, VoteReply, AppendRequest, AppendReply, TimeoutNow, JoinRequest> body;
};

std::string encode(const Message& message);
/// The same, behind what `out` holds.
void encode(const Message& message, base::ByteWriter& out);
/// Errc::corrupt for anything encode() did not write. Bounded by the size of `bytes`.
base::result<Message> decode_message(std::string_view bytes);

/// A configuration inside a log entry or metadata.
std::string encode(const Configuration& configuration);
base::result<Configuration> decode_configuration(std::string_view bytes);

} // namespace bookstore::consensus
