#pragma once
/// \file
/// The names this layer's sources use for Asio's.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace bookstore::net {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

/// For operations whose failure is expected: the error is the first member of the result, nothing is thrown.
inline constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

} // namespace bookstore::net
