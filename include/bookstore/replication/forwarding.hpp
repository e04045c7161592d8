#pragma once
/// \file
/// What GroupMethod::propose carries: from a follower, or from who is no member of the group.
#include <string>
#include <string_view>

#include <bookstore/base/error.hpp>
#include <bookstore/replication/replica.hpp>

namespace bookstore::replication {

std::string encode_commands(const Bundle& commands);
std::string encode(const AppliedAll& applied);

/// Errc::protocol_error for what the functions above did not write, or no command at all.
base::result<Bundle> decode_commands(std::string_view bytes);
base::result<AppliedAll> decode_applied(std::string_view bytes);

/// Of a single command: Errc::protocol_error unless there is one outcome.
base::result<Applied> only(base::result<AppliedAll> applied);

} // namespace bookstore::replication
