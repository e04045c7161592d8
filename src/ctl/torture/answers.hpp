#pragma once
/// \file
/// A shop's answers as the operations of a history. Each throws CommandFailed when an answer is none that a
/// shop gives to what was asked. No I/O.
#include <string>
#include <vector>

#include <bookstore/history/operation.hpp>
#include <bookstore/net/http_message.hpp>

namespace bookstore::ctl::torture {

history::Buy bought_in(const net::Response& response, std::string key,
                       const std::vector<history::BuyLine>& asked);

history::Update updated_in(const net::Response& response, history::Update asked);

/// Of GET /v1/books/{id} and /lookup?item=.
history::Read read_in(const net::Response& response, history::Item asked);

/// Of a page; only the books from `first` to `last`.
std::vector<history::Read> reads_in(const net::Response& response, history::Item first, history::Item last);

history::ReadOrder order_in(const net::Response& response, std::uint64_t asked);

} // namespace bookstore::ctl::torture
