// What replicas send each other inside a frame: what is accepted is exactly what encode() writes.
#include <algorithm>

#include <bookstore/consensus/message.hpp>
#include <bookstore/replication/bundle.hpp>
#include <bookstore/replication/identity.hpp>
#include <bookstore/roles/protocol.hpp>

#include "fuzz/target.hpp"
#include "replication/hello.hpp"
#include "replication/snapshot_chunk.hpp"

namespace {

using namespace bookstore;

template <typename Decode>
void canonical(Decode decode, std::string_view bytes) {
    const auto decoded = decode(bytes);
    if (decoded) INVARIANT(encode(*decoded) == bytes);
}

template <typename Message>
void canonical_message(std::string_view bytes) {
    canonical([](std::string_view b) { return roles::decode<Message>(b); }, bytes);
}

void batch(std::string_view bytes) {
    const auto views = replication::read_views(bytes);
    const auto bundle = replication::Bundle::read(bytes);
    INVARIANT(views.has_value() == bundle.has_value());
    if (!views) return;
    INVARIANT(std::equal(bundle->begin(), bundle->end(), views->begin(), views->end()));
    base::ByteWriter out;
    bundle->write(out);
    INVARIANT(out.view() == bytes);
}

using Check = void (*)(std::string_view);
constexpr Check checks[] = {
    [](std::string_view b) { canonical(consensus::decode_message, b); },
    [](std::string_view b) { canonical(consensus::decode_configuration, b); },
    [](std::string_view b) { canonical(replication::decode_hello, b); },
    [](std::string_view b) { canonical(replication::decode_identity, b); },
    [](std::string_view b) { canonical(replication::decode_snapshot_chunk, b); },
    [](std::string_view b) { canonical(replication::decode_snapshot_progress, b); },
    batch,
    canonical_message<roles::Query>,
    canonical_message<roles::QueryAnswer>,
    canonical_message<roles::LeaseRequest>,
    canonical_message<roles::LeaseAnswer>,
    canonical_message<roles::Invalidation>,
    canonical_message<roles::InvalidationAnswer>,
    canonical_message<roles::NewLeader>,
    canonical_message<roles::UnsettledRequest>,
    canonical_message<roles::UnsettledAnswer>,
    canonical_message<roles::Purchase>,
    canonical_message<roles::PurchaseAnswer>,
    canonical_message<roles::FindOrderRequest>,
    canonical_message<roles::FindOrderAnswer>,
    canonical_message<roles::Purchases>,
    canonical_message<roles::PurchaseAnswers>,
};

} // namespace

void fuzz_one(std::string_view input) {
    checks[fuzz::take_choice(input) % std::size(checks)](input);
}
