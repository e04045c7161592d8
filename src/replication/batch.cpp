#include "replication/batch.hpp"

#include <bookstore/base/bytes.hpp>

namespace bookstore::replication {

std::string encode_batch(const std::vector<std::string>& commands) {
    constexpr std::size_t length_bytes_max = 5;
    std::size_t bytes = length_bytes_max;
    for (const auto& command : commands)
        bytes += command.size() + length_bytes_max;

    base::ByteWriter out;
    out.reserve(bytes);
    out.varint(commands.size());
    for (const auto& command : commands)
        out.string(command);
    return out.take();
}

std::optional<std::vector<std::string_view>> decode_batch(std::string_view payload) {
    base::ByteReader in(payload);
    std::vector<std::string_view> commands(in.count());
    for (auto& command : commands)
        command = in.string();
    if (!in.complete()) return std::nullopt;
    return commands;
}

} // namespace bookstore::replication
