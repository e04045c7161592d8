#include <bookstore/replication/forwarding.hpp>

#include <utility>

#include <bookstore/base/bytes.hpp>

#include "replication/batch.hpp"

namespace bookstore::replication {

using base::Errc;

std::string encode_commands(const std::vector<std::string>& commands) {
    return encode_batch(commands);
}

std::string encode(const AppliedAll& applied) {
    base::ByteWriter out;
    out.varint(applied.version);
    out.varint(static_cast<std::uint64_t>(applied.took.count()));
    out.raw(encode_batch(applied.outcomes));
    return out.take();
}

base::result<std::vector<std::string>> decode_commands(std::string_view bytes) {
    const auto views = decode_batch(bytes);
    if (!views || views->empty()) return Errc::protocol_error;
    return std::vector<std::string>(views->begin(), views->end());
}

base::result<AppliedAll> decode_applied(std::string_view bytes) {
    base::ByteReader in(bytes);
    AppliedAll applied;
    applied.version = in.varint();
    applied.took = base::Duration(static_cast<std::int64_t>(in.varint()));
    const auto outcomes = decode_batch(in.raw(in.remaining()));
    if (in.failed() || !outcomes) return Errc::protocol_error;
    applied.outcomes.assign(outcomes->begin(), outcomes->end());
    return applied;
}

base::result<Applied> only(base::result<AppliedAll> applied) {
    if (applied.has_error()) return applied.error();
    if (applied->outcomes.size() != 1) return Errc::protocol_error;
    return Applied{std::move(applied->outcomes.front()), applied->version, applied->took};
}

} // namespace bookstore::replication
