#include <bookstore/shop/default_catalog.hpp>

namespace bookstore::shop {

std::vector<Book> default_catalog() {
    return {
        {ItemId{1}, "How to get a good grade in 677 in 20 minutes a day", "ds", 100, 5},
        {ItemId{2}, "RPCs for Dummies", "ds", 200, 5},
        {ItemId{3}, "Xen and the Art of Surviving Graduate School", "gs", 300, 5},
        {ItemId{4}, "Cooking for the Impatient Graduate Student", "gs", 400, 5},
        {ItemId{5}, "How to finish Project 3 on time", "ds", 200, 5},
        {ItemId{6}, "Why theory classes are so hard", "gs", 300, 5},
        {ItemId{7}, "Spring in the Pioneer Valley", "gs", 400, 5},
    };
}

} // namespace bookstore::shop
