#pragma once
/// \file
/// Who a replica is, as its log's metadata keeps it: this life of its disk, and who it has formed a group
/// with.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/base/error.hpp>
#include <bookstore/base/random.hpp>
#include <bookstore/consensus/types.hpp>

namespace bookstore::replication {

/// 56 random bits, and the slot in the lowest eight: whoever hears of a node knows where it lives, whatever
/// the configuration says at that moment.
consensus::NodeId make_node_id(unsigned slot, base::Random& random);
constexpr unsigned slot_in(consensus::NodeId node) {
    return static_cast<unsigned>(number(node) & 0xff);
}

struct Identity {
    consensus::NodeId node = consensus::nobody;
    /// The members the group was formed with, by slot: what the group is known by, whoever its members are by
    /// now. Of a group that was refounded: its one founder, and nobody in the other slots. Empty until this
    /// replica knows of a formed group.
    std::vector<consensus::NodeId> founders;
    /// How often the group has been refounded from one replica, after its majority or all of it was lost.
    /// Who was a member before belongs to another group, whose time is over.
    std::uint64_t generation = 0;
    /// Who counts as of the log's base, or a committed one after it. Of a newcomer: empty.
    consensus::Configuration configuration;
    /// The group has gone on without this node, and does not take it back.
    bool removed = false;
    /// Of the group that was refounded without this node, which has heard of it; 0: it has not.
    std::uint64_t overtaken_by = 0;
    /// What its slot had said and held before was lost: it joins the group that there is, and never forms
    /// one.
    bool must_join = false;

    bool formed() const { return !founders.empty(); }
};

std::string encode(const Identity& identity);
/// Errc::corrupt for anything encode() did not write.
base::result<Identity> decode_identity(std::string_view bytes);

} // namespace bookstore::replication
