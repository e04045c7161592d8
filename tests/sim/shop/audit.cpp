#include "sim/shop/audit.hpp"

#include <set>

namespace bookstore::shopsim {
namespace {

using cluster::Role;

template <typename State>
std::unique_ptr<State> load(GroupFiles& files) {
    auto state = std::make_unique<State>();
    test::MemoryState(files.state).load(*state);
    return state;
}

} // namespace

void Audit::heard(Role role, const std::string& who, const cluster::Report& report) {
    if (role == Role::frontend) return;
    const auto [known, fresh] = digests_.try_emplace({role, report.version}, Told{report.digest, who});
    if (!fresh && known->second.digest != report.digest)
        fail_(who + " and " + known->second.by + " differ at version " + std::to_string(report.version));
}

void Audit::examine(HostDisk& disk) const {
    for (auto& [group, files] : disk.files()) {
        if (group == "catalog")
            load<shop::CatalogState>(files)->check_invariants();
        else
            load<shop::OrderState>(files)->check_invariants();
    }
}

bool Audit::quiet() {
    if (!same_position("catalog", Role::catalog) || !same_position("order", Role::order)) return false;
    return load<shop::CatalogState>(files_of("catalog"))->unsettled_count() == 0 &&
           load<shop::OrderState>(files_of("order"))->unsettled(1).empty();
}

/// Also the position that replicas told: what they store may trail what they have applied.
bool Audit::same_position(const std::string& group, Role role) {
    std::set<std::uint64_t> positions;
    for (const Member& member : members_)
        if (member.disk->files().contains(group))
            positions.insert(member.disk->files().at(group).state.written.position.index);
    const auto newer = digests_.lower_bound({role, *positions.rbegin() + 1});
    const bool told_newer = newer != digests_.end() && newer->first.first == role;
    return positions.size() == 1 && !told_newer;
}

GroupFiles& Audit::files_of(const std::string& group) {
    for (const Member& member : members_)
        if (member.disk->files().contains(group)) return member.disk->files().at(group);
    throw std::logic_error("there is no member of the group " + group);
}

history::OrderBook Audit::check() {
    check_replicas<shop::CatalogState>("catalog", Role::catalog);
    check_replicas<shop::OrderState>("order", Role::order);
    const auto catalog = load<shop::CatalogState>(files_of("catalog"));
    const auto orders = load<shop::OrderState>(files_of("order"));
    check_copies(*catalog, *orders);
    return book_of(*orders);
}

/// What is on the disks, and what the replicas said of what they have in memory.
template <typename State>
void Audit::check_replicas(const std::string& group, Role role) {
    std::map<std::uint64_t, Told> found;
    for (const Member& member : members_) {
        if (!member.disk->files().contains(group)) continue;
        GroupFiles& files = member.disk->files().at(group);
        const auto state = load<State>(files);
        state->check_invariants();
        const auto version = files.state.written.position.index;
        const auto digest = state->recompute_digest();
        const auto said = digests_.find({role, version});
        if (said != digests_.end() && said->second.digest != digest)
            fail_(said->second.by + " told another digest at version " + std::to_string(version) +
                  " than the rows have that " + member.host + " stored");
        const auto [other, fresh] = found.try_emplace(version, Told{digest, member.host});
        if (!fresh && other->second.digest != digest)
            fail_(member.host + " and " + other->second.by + " stored different rows at version " +
                  std::to_string(version));
    }
}

void Audit::check_copies(const shop::CatalogState& catalog, const shop::OrderState& orders) {
    std::map<shop::ItemId, std::int64_t> on_order;
    for (std::uint64_t number = 1; number <= shop::number(orders.last_number()); ++number)
        if (const auto order = orders.find(shop::OrderNumber{number}))
            for (const auto& line : order->lines)
                on_order[line.item] += line.quantity;
    for (const auto* book : catalog.page(std::nullopt, shop::ItemId{0}, 100'000))
        if (catalog.sold(book->id) != on_order[book->id])
            fail_("of item " + std::to_string(shop::number(book->id)) + " " +
                  std::to_string(catalog.sold(book->id)) + " copies are gone and " +
                  std::to_string(on_order[book->id]) + " are on order");
}

history::OrderBook Audit::book_of(const shop::OrderState& orders) {
    history::OrderBook book;
    for (std::uint64_t number = 1; number <= shop::number(orders.last_number()); ++number) {
        const auto order = orders.find(shop::OrderNumber{number});
        if (!order) {
            fail_("there is no order " + std::to_string(number));
            continue;
        }
        history::BookedOrder booked{number, order->key, {}};
        for (const auto& line : order->lines)
            booked.lines.push_back({shop::number(line.item), line.quantity, line.cost});
        book.push_back(std::move(booked));
    }
    return book;
}

} // namespace bookstore::shopsim
