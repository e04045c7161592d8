#pragma once
/// \file
/// One client: does one thing after another through any frontend, and writes down what it did and saw.
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <bookstore/history/operation.hpp>

#include "sim/shop/answers.hpp"
#include "sim/shop/keys.hpp"
#include "sim/shop/transport.hpp"

namespace bookstore::shopsim {

/// What all shoppers know and write into; outlives them.
struct Journal {
    history::History history;
    Keys keys;
    std::map<std::uint64_t, std::string> topics; ///< of the books known to be on the shelf
    std::set<std::uint64_t> order_numbers;       ///< that were answered
    std::uint64_t purchases = 0;                 ///< answered as bought
    std::uint64_t reads = 0;
    std::uint64_t unknown = 0; ///< operations without an answer that tells
};

/// What a shopper lives in; outlives it.
struct Market {
    sim::Schedule& schedule;
    base::Random& random;
    const Weather& weather;
    Network& network;
    std::shared_ptr<Site> site; ///< where the shoppers are
    std::vector<HostId> frontends;
    Journal& journal;
    std::function<void(const std::string&)> trace;
    std::function<void(const std::string&)> fail; ///< a promise was broken
};

class Shopper {
public:
    Shopper(Market& market, std::uint64_t number) : market_(market), number_(number) {}

    /// Until `closed`.
    boost::asio::awaitable<void> shop(const bool& closed);
    /// Everything there is to see through one frontend, when all is calm.
    boost::asio::awaitable<void> inspect(HostId frontend);

private:
    using Answer = base::result<net::Response>;
    using Response = const net::Response&;

    boost::asio::awaitable<void> anything();
    boost::asio::awaitable<void> buy();
    boost::asio::awaitable<void> purchase(std::string key, Content content);
    boost::asio::awaitable<bool> attempt(std::string key, Content content);
    boost::asio::awaitable<void> look_up(HostId frontend, std::uint64_t item);
    boost::asio::awaitable<void> search(HostId frontend);
    boost::asio::awaitable<void> find_title(HostId frontend);
    boost::asio::awaitable<void> browse(HostId frontend);
    /// `expected`: books that the answer must show if they are still there.
    boost::asio::awaitable<void> read(HostId frontend, std::string path, net::Headers query,
                                      std::set<std::uint64_t> expected);
    boost::asio::awaitable<void> look_up_order(HostId frontend, std::uint64_t order);
    boost::asio::awaitable<void> update();
    boost::asio::awaitable<void> add();
    boost::asio::awaitable<Answer> ask(HostId frontend, net::Request request);

    history::Buy::Outcome outcome_of(Response response, history::Buy& buy, const Content& content);
    void take(const Receipt& receipt, history::Buy& buy, const Content& content);
    std::set<std::uint64_t> known(const std::function<bool(std::uint64_t, const std::string&)>& which);
    Content any_content();
    HostId any_frontend();
    std::uint64_t any_item();
    void write(history::Instant call, bool answered, decltype(history::Operation::what) what);
    history::Instant now() const { return market_.schedule.now().time_since_epoch().count(); }

    Market& market_;
    std::uint64_t number_;
    std::uint64_t purchases_ = 0;
};

} // namespace bookstore::shopsim
