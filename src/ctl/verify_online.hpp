#pragma once
/// \file
/// The rows of a running shop's replicas.
#include <boost/asio/awaitable.hpp>

#include <bookstore/offline/verify.hpp>

#include "ctl/command.hpp"

namespace bookstore::ctl {

/// Every catalog and order replica reads all rows on its disk, and says what they add up to; those that are
/// at one version are compared. Throws CommandFailed when no frontend answers.
boost::asio::awaitable<offline::Verification> verify_online(Context& context);

} // namespace bookstore::ctl
