#include <bookstore/replication/forwarding.hpp>

#include <utility>

#include <bookstore/base/bytes.hpp>

namespace bookstore::replication {

using base::Errc;

std::string encode_commands(const Bundle& commands) {
    base::ByteWriter out;
    commands.write(out);
    return out.take();
}

std::string encode(const AppliedAll& applied) {
    base::ByteWriter out;
    out.varint(applied.version);
    out.varint(static_cast<std::uint64_t>(applied.took.count()));
    applied.outcomes.write(out);
    return out.take();
}

base::result<Bundle> decode_commands(std::string_view bytes) {
    auto commands = Bundle::read(bytes);
    if (!commands || commands->empty()) return Errc::protocol_error;
    return std::move(*commands);
}

base::result<AppliedAll> decode_applied(std::string_view bytes) {
    base::ByteReader in(bytes);
    AppliedAll applied;
    applied.version = in.varint();
    applied.took = base::Duration(static_cast<std::int64_t>(in.varint()));
    auto outcomes = Bundle::read(in.raw(in.remaining()));
    if (in.failed() || !outcomes) return Errc::protocol_error;
    applied.outcomes = std::move(*outcomes);
    return applied;
}

base::result<Applied> only(base::result<AppliedAll> applied) {
    if (applied.has_error()) return applied.error();
    if (applied->outcomes.size() != 1) return Errc::protocol_error;
    return Applied{std::string(applied->outcomes.front()), applied->version, applied->took};
}

} // namespace bookstore::replication
