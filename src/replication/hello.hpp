#pragma once
/// \file
/// What replicas tell each other about themselves before, and beside, Raft.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/base/error.hpp>
#include <bookstore/consensus/types.hpp>

namespace bookstore::replication {

/// Request and answer of GroupMethod::hello alike. Everything in it is durable at its sender, but for the
/// last two.
struct Hello {
    std::string group;
    std::uint64_t member_count = 0; ///< configured
    std::uint64_t slot = 0;         ///< of the sender
    consensus::NodeId node = consensus::nobody;
    bool may_form = false;                   ///< without a group, and willing to form one
    std::vector<consensus::NodeId> founders; ///< by slot; empty: knows of no formed group
    std::uint64_t generation = 0;            ///< of that group
    /// Who would form a group, by slot, as far as the sender has heard; nobody where it has not, or the other
    /// would not.
    std::vector<consensus::NodeId> willing;
    bool alive = false; ///< it has a leader, or had one a moment ago
};

std::string encode(const Hello& hello);
/// Errc::protocol_error for anything encode() did not write.
base::result<Hello> decode_hello(std::string_view bytes);

} // namespace bookstore::replication
