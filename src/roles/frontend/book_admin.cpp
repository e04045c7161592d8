#include "roles/frontend/book_admin.hpp"

#include <string>

#include "roles/frontend/content_type.hpp"
#include "roles/frontend/full_disk.hpp"
#include "roles/group_member.hpp"
#include <bookstore/net/problem.hpp>
#include <bookstore/roles/json.hpp>
#include <bookstore/roles/protocol.hpp>

namespace bookstore::roles::frontend {
namespace {

/// What the state machine said, in HTTP's words.
struct Render {
    net::Response operator()(const shop::Updated& updated) const {
        return net::json_response(json::book(updated.book));
    }
    net::Response operator()(const shop::UpdateRefused& refused) const {
        return net::problem(409,
                            "The stock, " + std::to_string(refused.book.stock) +
                                ", would fall below zero or grow beyond " + std::to_string(shop::amount_max) +
                                "; nothing was changed.",
                            "update-refused");
    }
    net::Response operator()(const shop::UnknownItem& unknown) const {
        return net::problem(404, "There is no item " + std::to_string(shop::number(unknown.item)) + ".",
                            "unknown-item");
    }
    net::Response operator()(const shop::IdTaken&) const {
        return net::problem(409, "There is a book with this id already. Without an id it gets the next one.",
                            "id-taken");
    }
    net::Response operator()(const shop::NotOpen&) const {
        return net::problem_from(base::Errc::not_ready, "The shop is not open yet.");
    }
    template <typename Other>
    net::Response operator()(const Other&) const {
        return net::problem(500, "The catalog gave an outcome that is none of this request's.");
    }
};

} // namespace

boost::asio::awaitable<net::Response> BookAdmin::change(net::Request request) {
    const auto item = json::parse_positive(request.captures.at(0));
    if (!item) co_return net::problem(400, "A book's id is a positive integer.");
    if (auto refusal = refuse_unless_json(request.header("Content-Type"))) co_return std::move(*refusal);
    const auto change = json::parse_book_change(request.body, false);
    if (!change.value) co_return net::problem(400, change.problem);
    // Named: GCC 12 destroys a temporary that is converted in a co_await expression twice.
    shop::CatalogCommand command = shop::Update{shop::ItemId{*item}, change.value->delta, change.value->cost};
    co_return co_await propose(std::move(command), request.deadline);
}

boost::asio::awaitable<net::Response> BookAdmin::add(net::Request request) {
    if (auto refusal = refuse_unless_json(request.header("Content-Type"))) co_return std::move(*refusal);
    auto book = json::parse_book(request.body);
    if (!book.value) co_return net::problem(400, book.problem);
    shop::CatalogCommand command = shop::AddBook{std::move(*book.value)};
    co_return co_await propose(std::move(command), request.deadline);
}

boost::asio::awaitable<net::Response> BookAdmin::propose(shop::CatalogCommand command,
                                                         base::TimePoint deadline) {
    const bool adds = std::holds_alternative<shop::AddBook>(command);
    const auto applied = co_await propose_to(catalog_, catalog_group_methods, shop::encode(command), deadline,
                                             cluster::Repeat::if_refused);
    if (!applied && base::outcome_is_unknown(applied.error()))
        co_return net::problem_from(applied.error(),
                                    "The outcome could not be established in time. Look at the book "
                                    "before repeating the request.");
    if (!applied) {
        auto full = full_disk(monitor_, applied.error());
        co_return full ? std::move(*full) : net::problem_from(applied.error());
    }
    const auto outcome = shop::decode_catalog_outcome(applied->outcome);
    if (!outcome) co_return net::problem_from(outcome.error());
    auto response =
        std::visit(Render{}, *outcome).with("Bookstore-Version", std::to_string(applied->version));
    if (const auto* updated = std::get_if<shop::Updated>(&*outcome); updated != nullptr && adds) {
        response.status = 201;
        response.with("Location", "/v1/books/" + std::to_string(shop::number(updated->book.id)));
    }
    co_return response;
}

} // namespace bookstore::roles::frontend
