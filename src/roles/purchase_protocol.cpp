/// \file
/// Buying: purchases, orders, and sales that are on no order yet.
#include "roles/codec.hpp"

namespace bookstore::roles {
namespace {

constexpr std::size_t sold_line_bytes_min = 4; ///< item, length of the title, quantity, cost
constexpr std::size_t sale_bytes_min = 4;      ///< length of the key, number of lines, total, time

void write(base::ByteWriter& out, const std::vector<shop::SoldLine>& lines) {
    out.varint(lines.size());
    for (const shop::SoldLine& line : lines) {
        out.varint(shop::number(line.item));
        out.string(line.title);
        out.zigzag(line.quantity);
        out.zigzag(line.cost);
    }
}

void read(base::ByteReader& in, std::vector<shop::SoldLine>& lines) {
    const std::size_t count = in.count(sold_line_bytes_min);
    lines.reserve(count);
    for (std::size_t i = 0; i < count && !in.failed(); ++i) {
        shop::SoldLine& line = lines.emplace_back();
        line.item = shop::ItemId{in.varint()};
        line.title = in.string();
        line.quantity = in.zigzag();
        line.cost = in.zigzag();
    }
}

void write(base::ByteWriter& out, const shop::Order& order) {
    out.varint(shop::number(order.number));
    out.string(order.key);
    out.zigzag(static_cast<std::int64_t>(order.at));
    write(out, order.lines);
    out.zigzag(order.total);
}

void read(base::ByteReader& in, shop::Order& order) {
    order.number = shop::OrderNumber{in.varint()};
    order.key = in.string();
    order.at = base::WallTime{in.zigzag()};
    read(in, order.lines);
    order.total = in.zigzag();
}

} // namespace

std::string encode(const UnsettledRequest& request) {
    base::ByteWriter out;
    out.varint(request.until);
    out.varint(request.limit);
    return out.take();
}

void read(base::ByteReader& in, UnsettledRequest& request) {
    request.until = in.varint();
    request.limit = in.varint();
}

std::string encode(const UnsettledAnswer& answer) {
    base::ByteWriter out;
    out.varint(answer.sales.size());
    for (const UnsettledAnswer::Sale& sale : answer.sales) {
        out.string(sale.key);
        write(out, sale.sold.lines);
        out.zigzag(sale.sold.total);
        out.zigzag(static_cast<std::int64_t>(sale.sold.at));
    }
    out.varint(answer.version);
    return out.take();
}

void read(base::ByteReader& in, UnsettledAnswer& answer) {
    const std::size_t count = in.count(sale_bytes_min);
    answer.sales.reserve(count);
    for (std::size_t i = 0; i < count && !in.failed(); ++i) {
        UnsettledAnswer::Sale& sale = answer.sales.emplace_back();
        sale.key = in.string();
        read(in, sale.sold.lines);
        sale.sold.total = in.zigzag();
        sale.sold.at = base::WallTime{in.zigzag()};
    }
    answer.version = in.varint();
}

std::string encode(const Purchase& purchase) {
    base::ByteWriter out;
    out.string(purchase.key);
    out.varint(purchase.lines.size());
    for (const shop::Line& line : purchase.lines) {
        out.varint(shop::number(line.item));
        out.zigzag(line.quantity);
    }
    return out.take();
}

void read(base::ByteReader& in, Purchase& purchase) {
    purchase.key = in.string();
    const std::size_t count = in.count(2);
    purchase.lines.reserve(count);
    for (std::size_t i = 0; i < count && !in.failed(); ++i) {
        shop::Line& line = purchase.lines.emplace_back();
        line.item = shop::ItemId{in.varint()};
        line.quantity = in.zigzag();
    }
}

std::string encode(const PurchaseAnswer& answer) {
    base::ByteWriter out;
    out.u8(static_cast<std::uint8_t>(answer.result));
    write(out, answer.order);
    out.varint(answer.shortages.size());
    for (const shop::Shortage& shortage : answer.shortages) {
        out.varint(shop::number(shortage.item));
        out.zigzag(shortage.stock);
    }
    out.varint(answer.item);
    write(out, answer.times);
    return out.take();
}

void read(base::ByteReader& in, PurchaseAnswer& answer) {
    answer.result = read_enum(in, PurchaseAnswer::Result::key_reused);
    read(in, answer.order);
    const std::size_t count = in.count(2);
    answer.shortages.reserve(count);
    for (std::size_t i = 0; i < count && !in.failed(); ++i) {
        shop::Shortage& shortage = answer.shortages.emplace_back();
        shortage.item = shop::ItemId{in.varint()};
        shortage.stock = in.zigzag();
    }
    answer.item = in.varint();
    read(in, answer.times);
}

std::string encode(const FindOrderRequest& request) {
    base::ByteWriter out;
    out.varint(request.number);
    return out.take();
}

void read(base::ByteReader& in, FindOrderRequest& request) {
    request.number = in.varint();
}

std::string encode(const FindOrderAnswer& answer) {
    base::ByteWriter out;
    out.boolean(answer.order.has_value());
    if (answer.order) write(out, *answer.order);
    return out.take();
}

void read(base::ByteReader& in, FindOrderAnswer& answer) {
    if (in.boolean()) read(in, answer.order.emplace());
}

template base::result<UnsettledRequest> decode(std::string_view);
template base::result<UnsettledAnswer> decode(std::string_view);
template base::result<Purchase> decode(std::string_view);
template base::result<PurchaseAnswer> decode(std::string_view);
template base::result<FindOrderRequest> decode(std::string_view);
template base::result<FindOrderAnswer> decode(std::string_view);

} // namespace bookstore::roles
