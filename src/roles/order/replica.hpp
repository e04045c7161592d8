#pragma once
/// \file
#include <bookstore/replication/replica.hpp>
#include <bookstore/shop/order_state.hpp>

namespace bookstore::roles::order {

using Replica = replication::Replica<shop::OrderState>;

} // namespace bookstore::roles::order
