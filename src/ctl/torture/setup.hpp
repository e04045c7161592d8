#pragma once
/// \file
/// What a torture begins with: who there is to strike, and books of its own.
#include <string>
#include <vector>

#include "ctl/command.hpp"
#include "ctl/torture/hook.hpp"
#include "ctl/torture/recorder.hpp"

namespace bookstore::ctl::torture {

/// Every process of the shop: the replicas as a frontend knows them, and every frontend that we were told of,
/// which must all answer. Throws CommandFailed.
boost::asio::awaitable<std::vector<Victim>> find_victims(Context& context);

/// Adds `count` books on the topic "torture", with `run` in their titles, and tells `recorder` of them. Their
/// numbers, in order. Throws CommandFailed, which says what to do when the shop wants a credential for it.
boost::asio::awaitable<std::vector<history::Item>> add_books(Context& context, Recorder& recorder,
                                                             std::size_t count, std::string run);

} // namespace bookstore::ctl::torture
