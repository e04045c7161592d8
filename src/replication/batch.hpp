#pragma once
/// \file
/// The payload of one log entry: a batch of commands, as varint count and strings.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bookstore::replication {

std::string encode_batch(const std::vector<std::string>& commands);

/// Views into `payload`; nothing when encode_batch() did not write it.
std::optional<std::vector<std::string_view>> decode_batch(std::string_view payload);

} // namespace bookstore::replication
