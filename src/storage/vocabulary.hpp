#pragma once
/// \file
/// The distinct words of a text index, in order, so that those with a common beginning are found without
/// looking at what they occur in. SQLite's own list of them (fts5vocab) reads all occurrences of each.
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <bookstore/base/hash.hpp>

namespace bookstore::storage {

/// Thread: that of its owner. Words are as the tokenizer makes them.
class Vocabulary {
public:
    void add(std::string_view word);

    /// The words that begin with `beginning`, in order; nothing if there are more than `most`. Valid as long
    /// as this lives.
    std::optional<std::vector<std::string_view>> beginning_with(std::string_view beginning,
                                                                std::size_t most) const;

private:
    /// Nearly all words of a text are known already: a hash tells that sooner than the order does.
    std::unordered_set<std::string, base::TableHash, std::equal_to<>> words_;
    std::set<std::string_view> ordered_;
};

} // namespace bookstore::storage
