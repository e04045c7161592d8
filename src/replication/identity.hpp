#pragma once
/// \file
/// Who a replica is, as its log's metadata keeps it: this life of its disk, and who it has formed a group
/// with.
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/base/error.hpp>
#include <bookstore/consensus/types.hpp>

namespace bookstore::replication {

struct Identity {
    consensus::NodeId node = consensus::nobody;
    /// The members the group was formed with, by slot; empty until this replica knows of a formed group.
    std::vector<consensus::NodeId> members;
    /// Who counts as of the log's base. Equal to the members as long as membership does not change.
    consensus::Configuration configuration;

    bool formed() const { return !members.empty(); }
};

std::string encode(const Identity& identity);
/// Errc::corrupt for anything encode() did not write.
base::result<Identity> decode_identity(std::string_view bytes);

} // namespace bookstore::replication
