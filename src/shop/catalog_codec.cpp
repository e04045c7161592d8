#include <bookstore/shop/catalog_command.hpp>

#include "shop/line_codec.hpp"

namespace bookstore::shop {
namespace {

// First byte of what is in every log: numbers are never given to another meaning.
/// 6 was an earlier forget_sales, by wall-clock time.
enum class CommandKind : std::uint8_t { stock = 1, sell, update, add_book, settle, forget_sales = 7 };
enum class OutcomeKind : std::uint8_t {
    done = 1,
    sold,
    out_of_stock,
    unknown_item,
    key_reused,
    updated,
    update_refused,
    id_taken,
    unintelligible,
    not_open,
};

// Which of an Update's amounts follow.
constexpr std::uint8_t has_delta = 1;
constexpr std::uint8_t has_cost = 2;

constexpr std::size_t usual_bytes = 128; ///< of a purchase with a line or two
constexpr std::size_t book_bytes_min = 5;
constexpr std::size_t shortage_bytes_min = 2;

template <typename Kind>
void put_kind(base::ByteWriter& out, Kind kind) {
    out.u8(static_cast<std::uint8_t>(kind));
}

void put_book(base::ByteWriter& out, const Book& book) {
    put(out, book.id);
    out.string(book.title);
    out.string(book.topic);
    out.zigzag(book.cost);
    out.zigzag(book.stock);
}

Book take_book(base::ByteReader& in) {
    Book book;
    book.id = take_item(in);
    book.title = in.string();
    book.topic = in.string();
    book.cost = in.zigzag();
    book.stock = in.zigzag();
    return book;
}

Stock take_stock(base::ByteReader& in) {
    Stock stock;
    stock.part = in.varint();
    stock.last = in.boolean();
    stock.books.resize(in.count(book_bytes_min));
    for (Book& book : stock.books)
        book = take_book(in);
    return stock;
}

Sell take_sell(base::ByteReader& in) {
    Sell sell;
    sell.key = in.string();
    sell.lines = take_lines(in);
    sell.at = take_time(in);
    return sell;
}

Update take_update(base::ByteReader& in) {
    Update update;
    update.item = take_item(in);
    const std::uint8_t has = in.u8();
    if ((has & ~(has_delta | has_cost)) != 0) in.fail();
    if ((has & has_delta) != 0) update.delta = in.zigzag();
    if ((has & has_cost) != 0) update.cost = in.zigzag();
    return update;
}

Sold take_sold(base::ByteReader& in) {
    Sold sold;
    sold.lines = take_sold_lines(in);
    sold.total = in.zigzag();
    sold.at = take_time(in);
    return sold;
}

OutOfStock take_out_of_stock(base::ByteReader& in) {
    OutOfStock out_of_stock;
    out_of_stock.items.resize(take_line_count(in, shortage_bytes_min));
    for (Shortage& shortage : out_of_stock.items) {
        shortage.item = take_item(in);
        shortage.stock = in.zigzag();
    }
    return out_of_stock;
}

CatalogCommand take_command(base::ByteReader& in) {
    switch (static_cast<CommandKind>(in.u8())) {
    case CommandKind::stock:
        return take_stock(in);
    case CommandKind::sell:
        return take_sell(in);
    case CommandKind::update:
        return take_update(in);
    case CommandKind::add_book:
        return AddBook{take_book(in)};
    case CommandKind::settle:
        return Settle{take_keys(in)};
    case CommandKind::forget_sales:
        return ForgetSales{take_keys(in)};
    }
    in.fail();
    return {};
}

CatalogOutcome take_outcome(base::ByteReader& in) {
    switch (static_cast<OutcomeKind>(in.u8())) {
    case OutcomeKind::done:
        return Done{};
    case OutcomeKind::sold:
        return take_sold(in);
    case OutcomeKind::out_of_stock:
        return take_out_of_stock(in);
    case OutcomeKind::unknown_item:
        return UnknownItem{take_item(in)};
    case OutcomeKind::key_reused:
        return KeyReused{};
    case OutcomeKind::updated:
        return Updated{take_book(in)};
    case OutcomeKind::update_refused:
        return UpdateRefused{take_book(in)};
    case OutcomeKind::id_taken:
        return IdTaken{};
    case OutcomeKind::unintelligible:
        return Unintelligible{};
    case OutcomeKind::not_open:
        return NotOpen{};
    }
    in.fail();
    return {};
}

struct CommandWriter {
    base::ByteWriter& out;

    void operator()(const Stock& stock) const {
        put_kind(out, CommandKind::stock);
        out.varint(stock.part);
        out.boolean(stock.last);
        out.varint(stock.books.size());
        for (const Book& book : stock.books)
            put_book(out, book);
    }
    void operator()(const Sell& sell) const {
        put_kind(out, CommandKind::sell);
        out.string(sell.key);
        put(out, sell.lines);
        put(out, sell.at);
    }
    void operator()(const Update& update) const {
        put_kind(out, CommandKind::update);
        put(out, update.item);
        out.u8(static_cast<std::uint8_t>((update.delta ? has_delta : 0) | (update.cost ? has_cost : 0)));
        if (update.delta) out.zigzag(*update.delta);
        if (update.cost) out.zigzag(*update.cost);
    }
    void operator()(const AddBook& add) const {
        put_kind(out, CommandKind::add_book);
        put_book(out, add.book);
    }
    void operator()(const Settle& settle) const {
        put_kind(out, CommandKind::settle);
        put(out, settle.keys);
    }
    void operator()(const ForgetSales& forget) const {
        put_kind(out, CommandKind::forget_sales);
        put(out, forget.keys);
    }
};

struct OutcomeWriter {
    base::ByteWriter& out;

    void operator()(const Done&) const { put_kind(out, OutcomeKind::done); }
    void operator()(const KeyReused&) const { put_kind(out, OutcomeKind::key_reused); }
    void operator()(const IdTaken&) const { put_kind(out, OutcomeKind::id_taken); }
    void operator()(const Unintelligible&) const { put_kind(out, OutcomeKind::unintelligible); }
    void operator()(const NotOpen&) const { put_kind(out, OutcomeKind::not_open); }
    void operator()(const Sold& sold) const {
        put_kind(out, OutcomeKind::sold);
        put(out, sold.lines);
        out.zigzag(sold.total);
        put(out, sold.at);
    }
    void operator()(const OutOfStock& out_of_stock) const {
        put_kind(out, OutcomeKind::out_of_stock);
        out.varint(out_of_stock.items.size());
        for (const Shortage& shortage : out_of_stock.items) {
            put(out, shortage.item);
            out.zigzag(shortage.stock);
        }
    }
    void operator()(const UnknownItem& unknown) const {
        put_kind(out, OutcomeKind::unknown_item);
        put(out, unknown.item);
    }
    void operator()(const Updated& updated) const {
        put_kind(out, OutcomeKind::updated);
        put_book(out, updated.book);
    }
    void operator()(const UpdateRefused& refused) const {
        put_kind(out, OutcomeKind::update_refused);
        put_book(out, refused.book);
    }
};

} // namespace

std::string encode(const CatalogCommand& command) {
    base::ByteWriter out;
    out.reserve(usual_bytes);
    std::visit(CommandWriter{out}, command);
    return out.take();
}

std::string encode(const CatalogOutcome& outcome) {
    base::ByteWriter out;
    out.reserve(usual_bytes);
    std::visit(OutcomeWriter{out}, outcome);
    return out.take();
}

base::result<CatalogCommand> decode_catalog_command(std::string_view bytes) {
    base::ByteReader in(bytes);
    CatalogCommand command = take_command(in);
    if (!in.complete()) return base::Errc::corrupt;
    return command;
}

base::result<CatalogOutcome> decode_catalog_outcome(std::string_view bytes) {
    base::ByteReader in(bytes);
    CatalogOutcome outcome = take_outcome(in);
    if (!in.complete()) return base::Errc::corrupt;
    return outcome;
}

} // namespace bookstore::shop
