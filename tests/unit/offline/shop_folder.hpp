#pragma once
/// \file
/// Data directories as a process leaves them, made without one.
#include <filesystem>
#include <memory>
#include <string>

#include <bookstore/replication/identity.hpp>
#include <bookstore/shop/catalog_state.hpp>
#include <bookstore/storage/log_store.hpp>
#include <bookstore/storage/state_store.hpp>

namespace bookstore::offline {

inline constexpr consensus::NodeId a{0x100}, b{0x201}, c{0x302}; ///< of slots 0, 1 and 2

/// One book on the shelf; the state at version 3 of term 2, the log from 3 to 4, this replica in slot 0.
inline void fill_catalog(const std::filesystem::path& data) {
    const auto folder = data / "catalog";
    std::filesystem::create_directories(folder);
    shop::CatalogState shelf;
    shop::Book book{shop::ItemId{1}, "A title long enough to be found in a file", "ds", 100, 5};
    shelf.apply(shop::Stock{0, true, {book}});
    const auto state = storage::open_sqlite_state(folder.string(), shelf.tables());
    state->apply(shelf.take_changes(), {3, 2}, shelf.digest());
    state->checkpoint();

    const auto log = storage::open_log(folder.string());
    log->load();
    const auto payload = [](const char* text) { return std::make_shared<const std::string>(text); };
    replication::Identity identity;
    identity.node = a;
    identity.founders = {a, b, c};
    identity.configuration.voters = identity.founders;
    storage::LogWrite write;
    write.vote = storage::VoteRecord{2, consensus::number(b)};
    write.reset = storage::LogWrite::Reset{2, 1};
    write.metadata = replication::encode(identity);
    log->write(write);
    log->write({.append = {{3, 2, 0, payload("")}, {4, 2, 1, payload("the last entry")}}});
}

} // namespace bookstore::offline
