#include "ctl/change_book.hpp"

namespace bookstore::ctl {

boost::asio::awaitable<net::Response> change_book(ShopClient& shop, std::int64_t item, std::string member,
                                                  std::int64_t value) {
    net::HttpRequest request;
    request.verb = net::Verb::patch;
    request.target = "/v1/books/" + std::to_string(item);
    request.body = "{\"" + member + "\":" + std::to_string(value) + "}";
    try {
        co_return co_await shop.send(std::move(request), Repeat::if_refused);
    } catch (const OutcomeUnknown& e) {
        throw OutcomeUnknown(std::string(e.what()) + "; it may have been done: see `bookstorectl lookup " +
                             std::to_string(item) + "` before trying again");
    }
}

} // namespace bookstore::ctl
