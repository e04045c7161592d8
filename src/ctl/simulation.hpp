#pragma once
/// \file
/// The original's client: a customer who searches, looks up and buys at random, and a supplier who restocks.
#include <string>
#include <vector>

#include "ctl/command.hpp"
#include "ctl/shop_json.hpp"

namespace bookstore::ctl {

struct SimulatedEvent {
    enum class Kind { good, notice, failure };

    Kind kind = Kind::good;
    std::string action;  ///< search, lookup, buy, restock
    std::string subject; ///< a topic or a title
    std::string result;
    base::Duration took{};
};

class Simulation {
public:
    explicit Simulation(Context& context) : context_(context) {}

    /// A customer's next request. Failures are events, too.
    boost::asio::awaitable<SimulatedEvent> visit();
    /// Two more copies of some book.
    boost::asio::awaitable<SimulatedEvent> restock();
    /// False once the shop has refused our credential.
    bool may_restock() const { return may_restock_; }

private:
    enum class Action { catalogue, search, lookup, buy, restock };

    boost::asio::awaitable<SimulatedEvent> attempt(Action action, Book book);
    boost::asio::awaitable<SimulatedEvent> act(Action action, Book book);
    boost::asio::awaitable<SimulatedEvent> learn_catalogue();
    boost::asio::awaitable<SimulatedEvent> search(std::string topic);
    boost::asio::awaitable<SimulatedEvent> lookup(Book book);
    boost::asio::awaitable<SimulatedEvent> buy(Book book);
    boost::asio::awaitable<SimulatedEvent> add_copies(Book book);
    Book any_book();

    Context& context_;
    std::vector<Book> catalogue_; ///< as it was at the beginning; only ids, titles and topics are used
    bool may_restock_ = true;
};

} // namespace bookstore::ctl
