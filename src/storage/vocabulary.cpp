#include "storage/vocabulary.hpp"

namespace bookstore::storage {

void Vocabulary::add(std::string_view word) {
    if (words_.contains(word)) return;
    ordered_.insert(*words_.emplace(word).first);
}

std::optional<std::vector<std::string_view>> Vocabulary::beginning_with(std::string_view beginning,
                                                                        std::size_t most) const {
    std::vector<std::string_view> found;
    for (auto at = ordered_.lower_bound(beginning); at != ordered_.end() && at->starts_with(beginning);
         ++at) {
        if (found.size() == most) return std::nullopt;
        found.push_back(*at);
    }
    return found;
}

} // namespace bookstore::storage
