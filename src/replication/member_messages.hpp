#pragma once
/// \file
/// GroupMethod::members and GroupMethod::change on the wire.
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/base/error.hpp>
#include <bookstore/replication/replica.hpp>

namespace bookstore::replication {

std::string encode(const consensus::Change& change);
std::string encode(const ChangeOutcome& outcome);
std::string encode(const std::vector<MemberStatus>& members);

/// Each: Errc::protocol_error for anything encode() did not write.
base::result<consensus::Change> decode_change(std::string_view bytes);
base::result<ChangeOutcome> decode_change_outcome(std::string_view bytes);
base::result<std::vector<MemberStatus>> decode_members(std::string_view bytes);

} // namespace bookstore::replication
