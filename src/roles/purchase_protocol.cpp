/// \file
/// Buying: purchases, orders, and sales that are on no order yet.
#include "roles/codec.hpp"

namespace bookstore::roles {
namespace {

constexpr std::size_t sold_line_bytes_min = 4; ///< item, length of the title, quantity, cost
constexpr std::size_t sale_bytes_min = 4;      ///< length of the key, number of lines, total, time
constexpr std::size_t purchase_bytes_min = 2;  ///< length of the key, number of lines

/// What crosses the wire is an Errc. Any other failure tells only that the outcome is unknown.
std::uint8_t code_of(boost::system::error_code failure) {
    const bool ours = failure.category() == base::errc_category();
    return static_cast<std::uint8_t>(ours ? failure.value() : static_cast<int>(base::Errc::outcome_unknown));
}

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

void write(base::ByteWriter& out, const Purchase& purchase) {
    out.string(purchase.key);
    out.varint(purchase.lines.size());
    for (const shop::Line& line : purchase.lines) {
        out.varint(shop::number(line.item));
        out.zigzag(line.quantity);
    }
}

std::string encode(const Purchase& purchase) {
    base::ByteWriter out;
    write(out, purchase);
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

void PurchasesWriter::add(const Purchase& purchase) {
    write(out_, purchase);
}

std::string encode(const Purchases& bundle) {
    PurchasesWriter out(bundle.purchases.size());
    for (const Purchase& purchase : bundle.purchases)
        out.add(purchase);
    return out.take();
}

void read(base::ByteReader& in, Purchases& bundle) {
    const std::size_t count = in.count(purchase_bytes_min);
    if (count > Purchases::count_max) return in.fail();
    bundle.purchases.resize(count);
    std::size_t lines = 0;
    for (Purchase& purchase : bundle.purchases) {
        read(in, purchase);
        lines += purchase.lines.size();
        if (lines > Purchases::lines_max) return in.fail();
    }
}

void write(base::ByteWriter& out, const PurchaseAnswer& answer) {
    out.u8(static_cast<std::uint8_t>(answer.result));
    write(out, answer.order);
    out.varint(answer.shortages.size());
    for (const shop::Shortage& shortage : answer.shortages) {
        out.varint(shop::number(shortage.item));
        out.zigzag(shortage.stock);
    }
    out.varint(answer.item);
    write(out, answer.times);
}

std::string encode(const PurchaseAnswer& answer) {
    base::ByteWriter out;
    write(out, answer);
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

std::string encode(const PurchaseAnswers& bundle) {
    base::ByteWriter out;
    out.varint(bundle.answers.size());
    for (const auto& answer : bundle.answers) {
        out.u8(answer ? std::uint8_t{0} : code_of(answer.error()));
        if (answer) write(out, *answer);
    }
    return out.take();
}

namespace {

std::size_t read_count(base::ByteReader& in) {
    const std::size_t count = in.count();
    if (count > Purchases::count_max) in.fail();
    return count;
}

base::result<PurchaseAnswer> read_one(base::ByteReader& in) {
    base::result<PurchaseAnswer> answer = PurchaseAnswer();
    if (const auto failure = read_enum(in, base::Errc::stopping); failure != base::Errc{})
        answer = failure;
    else
        read(in, *answer);
    return answer;
}

} // namespace

void read(base::ByteReader& in, PurchaseAnswers& bundle) {
    const std::size_t count = read_count(in);
    if (in.failed()) return;
    bundle.answers.reserve(count);
    for (std::size_t i = 0; i < count && !in.failed(); ++i)
        bundle.answers.push_back(read_one(in));
}

PurchaseAnswersReader::PurchaseAnswersReader(std::string_view bytes) : in_(bytes), count_(read_count(in_)) {}

base::result<std::size_t> PurchaseAnswersReader::count() const {
    if (in_.failed()) return base::Errc::corrupt;
    return count_;
}

base::result<PurchaseAnswer> PurchaseAnswersReader::next() {
    auto answer = read_one(in_);
    if (in_.failed()) answer = base::Errc::corrupt;
    return answer;
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
template base::result<Purchases> decode(std::string_view);
template base::result<PurchaseAnswers> decode(std::string_view);
template base::result<FindOrderRequest> decode(std::string_view);
template base::result<FindOrderAnswer> decode(std::string_view);

} // namespace bookstore::roles
