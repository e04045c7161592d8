#include "ctl/show.hpp"

namespace bookstore::ctl {

std::string show_stock(std::int64_t stock, const Style& style) {
    constexpr std::int64_t few = 2;
    const std::string text = std::to_string(stock);
    if (stock == 0) return style.red(text);
    return stock <= few ? style.yellow(text) : text;
}

std::string show_books(const std::vector<Book>& books, const Style& style) {
    if (books.empty()) return "no such books\n";
    TextTable table({{"ID", Align::right},
                     {"TITLE", Align::left},
                     {"TOPIC", Align::left},
                     {"PRICE", Align::right},
                     {"STOCK", Align::right}});
    for (const Book& book : books)
        table.add({std::to_string(book.id), book.title, book.topic, amount(book.cost),
                   show_stock(book.stock, style)});
    return table.text(style);
}

std::string show_book(const Book& book, const Style& style) {
    return style.bold(book.title) + "\n" +                //
           "  item   " + std::to_string(book.id) + "\n" + //
           "  topic  " + book.topic + "\n" +              //
           "  price  " + amount(book.cost) + "\n" +       //
           "  stock  " + show_stock(book.stock, style) + "\n";
}

std::string show_order(const Order& order, const Style& style) {
    TextTable table({{"ITEM", Align::right},
                     {"TITLE", Align::left},
                     {"PRICE", Align::right},
                     {"COPIES", Align::right},
                     {"AMOUNT", Align::right}});
    for (const OrderLine& line : order.lines)
        table.add({std::to_string(line.item), line.title, amount(line.cost), std::to_string(line.quantity),
                   amount(line.cost * line.quantity)});
    table.rule();
    table.add({"", "total", "", "", style.bold(amount(order.total))});
    return style.bold("Order " + std::to_string(order.number)) + style.dim("  " + show_time(order.at)) +
           "\n" + table.text(style);
}

std::string show_time(const std::string& iso8601) {
    constexpr std::size_t to_the_second = 19; // "2026-01-31T12:00:00"
    if (iso8601.size() < to_the_second || iso8601[10] != 'T' || iso8601.back() != 'Z') return iso8601;
    return iso8601.substr(0, 10) + " " + iso8601.substr(11, 8) + " UTC";
}

void print_book(Context& context, const net::Response& response) {
    require_success(response);
    context.out << (context.json() ? response.body + "\n" : show_book(parse_book(response), context.style));
}

void print_order(Context& context, const net::Response& response) {
    require_success(response);
    context.out << (context.json() ? response.body + "\n" : show_order(parse_order(response), context.style));
}

} // namespace bookstore::ctl
