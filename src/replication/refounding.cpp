#include <bookstore/replication/refounding.hpp>

#include <memory>
#include <utility>

#include <bookstore/base/error.hpp>
#include <bookstore/consensus/message.hpp>

namespace bookstore::replication {
namespace {

/// Those who are lost may have gone through terms of which nothing is known here, and frontends follow no
/// leader of an earlier one than they have seen. At an election every 10 ms this is three hours of them.
constexpr std::uint64_t terms_unknown = 1u << 20;

Identity only_member(unsigned slot, std::size_t slots, std::uint64_t generation, base::Random& random) {
    INVARIANT(slot < slots);
    Identity identity;
    identity.node = make_node_id(slot, random);
    identity.founders.assign(slots, consensus::nobody);
    identity.founders[slot] = identity.node;
    identity.generation = generation;
    identity.configuration.voters = {identity.node};
    return identity;
}

} // namespace

Refounding refound(const Identity& former, const storage::LoadedLog& log, base::Random& random) {
    INVARIANT(former.formed());
    Refounding anew{only_member(slot_in(former.node), former.founders.size(), former.generation + 1, random),
                    {}};
    const auto last = log.records.empty() ? log.base_index : log.records.back().index;
    const auto term = log.vote.term + terms_unknown;
    anew.write.vote = storage::VoteRecord{term, 0};
    // What the log says of members behind its base counts for more than the identity: this is said last.
    anew.write.append.push_back(
        {last + 1, term, static_cast<std::uint8_t>(consensus::EntryKind::configuration),
         std::make_shared<const std::string>(consensus::encode(anew.identity.configuration))});
    anew.write.metadata = encode(anew.identity);
    return anew;
}

Refounding found_behind(storage::StateStore::Position position, std::uint64_t generation, unsigned slot,
                        std::size_t slots, base::Random& random) {
    Refounding anew{only_member(slot, slots, generation + 1, random), {}};
    anew.write.vote = storage::VoteRecord{position.term + terms_unknown, 0};
    anew.write.reset = storage::LogWrite::Reset{position.index, position.term};
    anew.write.metadata = encode(anew.identity);
    return anew;
}

} // namespace bookstore::replication
