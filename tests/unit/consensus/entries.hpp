#pragma once
/// \file
/// Short ways to write down entries.
#include <memory>
#include <string>
#include <vector>

#include <bookstore/consensus/types.hpp>

namespace bookstore::consensus {

inline Entry entry(std::uint64_t index, std::uint64_t term, std::string payload = "x") {
    return {LogIndex{index}, Term{term}, EntryKind::command,
            std::make_shared<const std::string>(std::move(payload))};
}

/// Entries from `first` on with these terms.
inline std::vector<Entry> entries(std::uint64_t first, std::initializer_list<std::uint64_t> terms) {
    std::vector<Entry> all;
    for (const auto term : terms)
        all.push_back(entry(first++, term));
    return all;
}

} // namespace bookstore::consensus
