#include "sim/raft/network.hpp"

#include "sim/failure.hpp"

namespace bookstore::sim {

using consensus::Message;

Network::Network(Schedule& schedule, base::Random& random, const Weather& weather, Receive receive)
    : schedule_(schedule), random_(random), weather_(weather), receive_(std::move(receive)) {}

void Network::send(Message message) {
    if (message.to == consensus::nobody) {
        for (const auto node : nodes_)
            if (node != message.from) send({message.from, node, message.term, message.body});
        return;
    }
    if (weather_.through_codec) {
        auto decoded = consensus::decode_message(consensus::encode(message));
        if (!decoded) throw Failure("codec: a message does not survive the wire");
        message = std::move(*decoded);
    }
    if (!reaches(message.from, message.to) || one_in(random_, weather_.loss)) return;
    if (one_in(random_, weather_.duplicate)) carry(message);
    carry(std::move(message));
}

void Network::carry(Message message) {
    auto arrival = schedule_.now() + draw(random_, weather_.delay);
    if (weather_.in_order) {
        auto& last = last_arrival_[{message.from, message.to}];
        arrival = last = std::max(arrival, last);
    }
    schedule_.at(arrival, [this, m = std::move(message)]() mutable { receive_(std::move(m)); });
}

} // namespace bookstore::sim
