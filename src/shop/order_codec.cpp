#include <bookstore/shop/order_command.hpp>

#include "shop/line_codec.hpp"

namespace bookstore::shop {
namespace {

// First byte of what is in every log: numbers are never given to another meaning.
enum class CommandKind : std::uint8_t { record = 1, settled };
enum class OutcomeKind : std::uint8_t { settled_done = 1, recorded, record_conflict, unintelligible };

constexpr std::size_t usual_bytes = 128; ///< of an order with a line or two

template <typename Kind>
void put_kind(base::ByteWriter& out, Kind kind) {
    out.u8(static_cast<std::uint8_t>(kind));
}

Record take_record(base::ByteReader& in) {
    Record record;
    record.key = in.string();
    record.at = take_time(in);
    record.lines = take_sold_lines(in);
    record.total = in.zigzag();
    return record;
}

Order take_order(base::ByteReader& in) {
    Order order;
    order.number = OrderNumber{in.varint()};
    order.key = in.string();
    order.at = take_time(in);
    order.lines = take_sold_lines(in);
    order.total = in.zigzag();
    return order;
}

void put_order(base::ByteWriter& out, const Order& order) {
    out.varint(number(order.number));
    out.string(order.key);
    put(out, order.at);
    put(out, order.lines);
    out.zigzag(order.total);
}

OrderCommand take_command(base::ByteReader& in) {
    switch (static_cast<CommandKind>(in.u8())) {
    case CommandKind::record:
        return take_record(in);
    case CommandKind::settled:
        return Settled{take_keys(in)};
    }
    in.fail();
    return {};
}

OrderOutcome take_outcome(base::ByteReader& in) {
    switch (static_cast<OutcomeKind>(in.u8())) {
    case OutcomeKind::settled_done:
        return SettledDone{};
    case OutcomeKind::recorded:
        return Recorded{take_order(in)};
    case OutcomeKind::record_conflict:
        return RecordConflict{};
    case OutcomeKind::unintelligible:
        return OrderUnintelligible{};
    }
    in.fail();
    return {};
}

struct CommandWriter {
    base::ByteWriter& out;

    void operator()(const Record& record) const {
        put_kind(out, CommandKind::record);
        out.string(record.key);
        put(out, record.at);
        put(out, record.lines);
        out.zigzag(record.total);
    }
    void operator()(const Settled& settled) const {
        put_kind(out, CommandKind::settled);
        put(out, settled.keys);
    }
};

struct OutcomeWriter {
    base::ByteWriter& out;

    void operator()(const SettledDone&) const { put_kind(out, OutcomeKind::settled_done); }
    void operator()(const RecordConflict&) const { put_kind(out, OutcomeKind::record_conflict); }
    void operator()(const OrderUnintelligible&) const { put_kind(out, OutcomeKind::unintelligible); }
    void operator()(const Recorded& recorded) const {
        put_kind(out, OutcomeKind::recorded);
        put_order(out, recorded.order);
    }
};

} // namespace

std::string encode(const OrderCommand& command) {
    base::ByteWriter out;
    out.reserve(usual_bytes);
    std::visit(CommandWriter{out}, command);
    return out.take();
}

std::string encode(const OrderOutcome& outcome) {
    base::ByteWriter out;
    out.reserve(usual_bytes);
    std::visit(OutcomeWriter{out}, outcome);
    return out.take();
}

base::result<OrderCommand> decode_order_command(std::string_view bytes) {
    base::ByteReader in(bytes);
    OrderCommand command = take_command(in);
    if (!in.complete()) return base::Errc::corrupt;
    return command;
}

base::result<OrderOutcome> decode_order_outcome(std::string_view bytes) {
    base::ByteReader in(bytes);
    OrderOutcome outcome = take_outcome(in);
    if (!in.complete()) return base::Errc::corrupt;
    return outcome;
}

} // namespace bookstore::shop
