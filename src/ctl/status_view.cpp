#include "ctl/status_view.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <boost/json/value.hpp>

#include "ctl/shop_json.hpp"

namespace bookstore::ctl {
namespace {

namespace json = boost::json;

/// A member as text, "-" without it: a status is shown as far as it is understood.
std::string text(const json::object& from, std::string_view name) {
    const json::value* value = from.if_contains(name);
    if (value == nullptr) return "-";
    if (value->is_string()) return printable(std::string_view(value->get_string()));
    if (value->is_uint64()) return std::to_string(value->get_uint64());
    if (value->is_int64()) return std::to_string(value->get_int64());
    return "-";
}

std::uint64_t count(const json::object& from, std::string_view name) {
    const json::value* value = from.if_contains(name);
    boost::system::error_code failure;
    const auto number = value == nullptr ? 0 : value->to_number<std::uint64_t>(failure);
    return failure ? 0 : number;
}

bool flag(const json::object& from, std::string_view name) {
    const json::value* value = from.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::string list(const json::array& words) {
    std::string out;
    for (const json::value& word : words)
        out += (out.empty() ? "" : ", ") + printable(std::string_view(word.as_string()));
    return out;
}

std::string show_state(const std::string& state, const Style& style) {
    if (state == "up") return style.green(state);
    return state == "down" ? style.red(state) : style.yellow(state);
}

/// "2026-01-31T12:00:00.000Z" -> "12:00:00"
std::string time_of_day(const std::string& iso8601) {
    return iso8601.size() == 24 ? iso8601.substr(11, 8) : iso8601;
}

/// When the older of its two halves was last found right on the disk, to the minute.
std::string show_verified(const json::object& replica, const Style& style) {
    const json::value* verified = replica.if_contains("verified");
    if (verified == nullptr || !verified->is_object()) return "";
    if (const auto damage = text(replica, "damage"); damage != "-" && !damage.empty())
        return style.red("damaged");
    const auto state = text(verified->get_object(), "state");
    const auto log = text(verified->get_object(), "log");
    if (state.size() != 24 || log.size() != 24) return "not yet";
    auto older = std::min(state, log).substr(0, 16);
    older[10] = ' ';
    return older;
}

std::string show_group(const json::object& group, const Style& style) {
    const json::value* missing = group.if_contains("without_voter");
    if (missing == nullptr || !missing->is_array() || missing->get_array().empty()) return "";
    std::string named;
    for (const json::value& slot : missing->get_array()) {
        const json::object& one = slot.as_object();
        named += (named.empty() ? "" : ", ") + text(one, "slot") + " (" + text(one, "address") + ")";
    }
    return style.yellow("the " + text(group, "group") + " group is degraded: without a vote is slot " +
                        named) +
           "\n";
}

/// What an operator must see to, line by line.
std::string show_trouble(const json::array& replicas, const Style& style) {
    std::string out;
    const auto tell = [&](const json::object& replica, std::string_view member, const std::string& what) {
        const auto said = text(replica, member);
        if (said == "-" || said.empty()) return;
        out += style.red(text(replica, "role") + " " + text(replica, "id") + " " + what + ": " + said) + "\n";
    };
    for (const json::value& value : replicas) {
        tell(value.as_object(), "damage", "is damaged on its disk");
        tell(value.as_object(), "shortage", "takes on no writes");
    }
    return out;
}

/// Replicas that show different states at the same version: (role, version) with more than one digest.
std::set<std::string> disagreements(const json::array& replicas) {
    std::map<std::string, std::set<std::string>> digests;
    for (const json::value& value : replicas) {
        const json::object& replica = value.as_object();
        if (text(replica, "state") == "up")
            digests[text(replica, "role") + text(replica, "version")].insert(text(replica, "digest"));
    }
    std::set<std::string> bad;
    for (const auto& [place, seen] : digests)
        if (seen.size() > 1) bad.insert(place);
    return bad;
}

std::string show_replicas(const json::array& replicas, const Style& style) {
    TextTable table({{"ROLE", Align::left},
                     {"ID", Align::right},
                     {"ADDRESS", Align::left},
                     {"STATE", Align::left},
                     {"LEADER", Align::left},
                     {"VERSION", Align::right},
                     {"DIGEST", Align::left},
                     {"VERIFIED", Align::left},
                     {"LAST SEEN", Align::left}});
    const auto bad = disagreements(replicas);
    for (const json::value& value : replicas) {
        const json::object& replica = value.as_object();
        const std::string digest = text(replica, "digest");
        const bool agrees =
            text(replica, "state") != "up" || !bad.contains(text(replica, "role") + text(replica, "version"));
        table.add({text(replica, "role"), text(replica, "id"), text(replica, "address"),
                   show_state(text(replica, "state"), style),
                   flag(replica, "leader") ? style.cyan("leader") : "", text(replica, "version"),
                   agrees ? digest : style.red(digest + " differs"), show_verified(replica, style),
                   time_of_day(text(replica, "last_seen"))});
    }
    return table.text(style);
}

std::string show_cache(const json::object& cache) {
    const std::uint64_t hits = count(cache, "hits"), reads = hits + count(cache, "misses");
    const std::string rate = reads == 0 ? "no reads yet" : std::to_string(100 * hits / reads) + " % hits";
    return "cache: " + rate + " (" + std::to_string(hits) + " of " + std::to_string(reads) + "), " +
           std::to_string(count(cache, "entries")) + " entries, " +
           std::to_string((count(cache, "bytes") + 1'023) / 1'024) + " KiB, " +
           std::to_string(count(cache, "invalidations")) + " invalidations, " +
           std::to_string(count(cache, "evictions")) + " evictions, " +
           std::to_string(count(cache, "lease_losses")) + " lease losses\n";
}

} // namespace

std::string show_status(const net::Response& response, const net::Endpoint& seen_by, const Style& style) {
    return with_json(response, [&](const json::value& parsed) {
        const json::object& page = parsed.as_object();
        std::string out = style.bold("The shop as " + net::to_string(seen_by) + " sees it") + "\n" +
                          show_replicas(page.at("replicas").as_array(), style) +
                          show_trouble(page.at("replicas").as_array(), style);
        if (const json::value* groups = page.if_contains("groups"); groups != nullptr)
            for (const json::value& group : groups->as_array())
                out += show_group(group.as_object(), style);
        if (const json::value* broken = page.if_contains("unsafe"); broken != nullptr)
            out += style.red("UNSAFE, for measurement only: " + list(broken->as_array())) + "\n";
        if (const json::value* breakers = page.if_contains("tie_breakers"); breakers != nullptr)
            for (const json::value& breaker : breakers->as_array())
                out += "tie-breaker of the " + text(breaker.as_object(), "group") +
                       " group: " + text(breaker.as_object(), "address") + "\n";
        if (const json::value* cache = page.if_contains("cache"); cache != nullptr)
            out += show_cache(cache->as_object());
        return out;
    });
}

} // namespace bookstore::ctl
