#pragma once
/// \file
/// A client that does all that a client can, one thing at a time, through all frontends, and records it.
#include <string>
#include <vector>

#include "ctl/command.hpp"
#include "ctl/torture/recorder.hpp"

namespace bookstore::ctl::torture {

/// What all customers share; outlives them. Loop thread only.
struct Load {
    Context& context;
    Recorder& recorder;
    std::string run;                  ///< begins every key: no other run has it
    std::vector<history::Item> items; ///< ours, in order
    bool over = false;                ///< nothing new is begun
    base::TimePoint settle_until{};   ///< once it is over: unknown purchases are asked for until then
};

class Customer {
public:
    Customer(Load& load, std::uint64_t number, base::Random dice);

    /// Until the load is over. Then asks, with the same keys, what became of purchases whose outcome it does
    /// not know, and looks at every order that it was promised.
    boost::asio::awaitable<void> run();

private:
    struct Purchase {
        std::string key;
        std::vector<history::BuyLine> lines;
    };
    struct Asked {
        Verdict verdict = Verdict::unknown;
        net::Response response;
        Instant call = 0;
    };
    enum class Deed { buy, look, search, restock, reprice, order };

    Deed draw();
    boost::asio::awaitable<void> act(Deed deed);
    boost::asio::awaitable<void> buy();
    boost::asio::awaitable<bool> try_to_buy(Purchase purchase);
    boost::asio::awaitable<void> look();
    boost::asio::awaitable<void> search();
    boost::asio::awaitable<void> change(bool stock);
    boost::asio::awaitable<bool> find_order(std::size_t which);
    boost::asio::awaitable<void> settle();

    /// At the next frontend, with a patience that is drawn.
    boost::asio::awaitable<Asked> ask(net::HttpRequest request);
    boost::asio::awaitable<Asked> read(std::string target);
    boost::asio::awaitable<void> pause(base::Duration time);
    history::Item any_item() { return load_.items[dice_.below(load_.items.size())]; }
    void wrong(std::string_view what, const std::exception& e);

    Load& load_;
    std::uint64_t number_;
    base::Random dice_;
    std::size_t frontend_;
    std::uint64_t purchases_ = 0;
    std::vector<Purchase> unsettled_;
    std::vector<std::pair<std::uint64_t, std::string>> promised_; ///< order, key
};

} // namespace bookstore::ctl::torture
