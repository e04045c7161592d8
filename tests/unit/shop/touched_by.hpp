#pragma once
/// \file
/// What one command touches.
#include <bookstore/shop/tags.hpp>

namespace bookstore::shop {

inline std::vector<Tag> touched_by(const CatalogCommand& command, const CatalogState& state) {
    Touched touched(state);
    touched.add(command);
    return touched.take();
}

} // namespace bookstore::shop
