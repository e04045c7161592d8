#pragma once
/// \file
#include <bookstore/replication/replica.hpp>
#include <bookstore/shop/catalog_state.hpp>

namespace bookstore::roles::catalog {

using Replica = replication::Replica<shop::CatalogState>;

} // namespace bookstore::roles::catalog
