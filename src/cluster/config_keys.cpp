#include "cluster/config_keys.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <stdexcept>

namespace bookstore::cluster {
namespace {

using std::uint64_t;
using std::chrono::hours;

constexpr base::Duration ms(uint64_t count) {
    return base::milliseconds(static_cast<std::int64_t>(count));
}
constexpr uint64_t minute_ms = 60'000, hour_ms = 3'600'000;
constexpr uint64_t mebibyte = 1u << 20;

void set_role(Config& config, const std::string& text) {
    for (const Role role : {Role::catalog, Role::order, Role::frontend}) {
        if (text == to_string(role)) {
            config.role = role;
            return;
        }
    }
    throw std::invalid_argument(text);
}

void set_first_start(Config& config, const std::string& text) {
    if (text != "0" && text != "1") throw std::invalid_argument(text);
    config.first_start = text == "1";
}

void set_data_dir(Config& config, const std::string& text) {
    if (text.empty()) throw std::invalid_argument(text);
    config.data_dir = text;
}

void set_catalog_file(Config& config, const std::string& text) {
    config.catalog_file = text;
}

void set_log_level(Config& config, const std::string& text) {
    config.log_level = base::log::parse_level(text);
}

template <Role role>
void set_replicas(Config& config, const std::vector<std::string>& values) {
    std::vector<net::Endpoint> endpoints;
    for (const std::string& value : values) {
        const auto endpoint = net::parse_endpoint(value);
        if (!endpoint || endpoint->port == 0) throw std::invalid_argument(value);
        endpoints.push_back(*endpoint);
    }
    config.replicas[static_cast<std::size_t>(role)] = std::move(endpoints);
}

// The files themselves are read when every source has had its say: config_check.cpp.
void set_secret_file(Config& config, const std::string& text) {
    config.secret_file = text;
}
void set_admin_secret_file(Config& config, const std::string& text) {
    config.admin_secret_file = text;
}

/// Spelt out, so that nobody sets one in passing.
constexpr std::string_view unsafe_allowed = "for-measurement-only";

void require_spelt_out(const std::string& text) {
    if (text != unsafe_allowed) throw std::invalid_argument(text);
}
void set_no_cache(Config& config, const std::string& text) {
    require_spelt_out(text);
    config.unsafe.no_cache = true;
}
void set_no_invalidation(Config& config, const std::string& text) {
    require_spelt_out(text);
    config.unsafe.no_invalidation = true;
}

constexpr std::string_view endpoints_allowed =
    "HOST:PORT, e.g. 127.0.0.1:3211, [::1]:3211 or books.example:3211";

// clang-format off
const std::array keys{
    Key{"process", "role", "ROLE", "", "", {}, "catalog, order or frontend",
        "What this process is: catalog, order or frontend.", &set_role},
    Key{"process", "id", "N", "", "", {0, 1'000}, "",
        "Which replica of its role this process is, counted from 0 in the order of the replica lines.",
        [](Config& c, uint64_t v) { c.id = static_cast<unsigned>(v); }},
    Key{"process", "data-dir", "DIR", "", "", {}, "the name of a directory",
        "Where everything is kept. Without it: /var/lib/bookstored/ROLE-N.", &set_data_dir},
    Key{"process", "first-start", "0|1", "", "", {}, "0 or 1",
        "1: the data directory must be empty and is given the first catalogue. 0: an empty one means that this "
        "replica lost its disk and gets its data from the others. Without it: a directory with data is resumed, "
        "a brand-new cluster starts.", &set_first_start},
    Key{"process", "catalog-file", "FILE", "", "", {}, "the name of a file of JSON lines, a book a line",
        "The first catalogue of a new shop. Without it: the seven books of the original.", &set_catalog_file},
    Key{"process", "log-level", "LEVEL", "info", "", {}, "trace, debug, info, warning, error or off",
        "The least important messages that are still logged: trace, debug, info, warning, error or off.", &set_log_level},
    Key{"process", "drain-ms", "MS", "8000", "ms", {0, 10 * minute_ms}, "",
        "How long requests may take to end after SIGTERM. Keep it below the service manager's own patience.",
        [](Config& c, uint64_t v) { c.drain_time = ms(v); }},

    Key{"catalog", "replica", "HOST:PORT", "", "", {}, endpoints_allowed,
        "Where a catalog replica listens; one line each, in id order.", &set_replicas<Role::catalog>},
    Key{"order", "replica", "HOST:PORT", "", "", {}, endpoints_allowed,
        "Where an order replica listens; one line each, in id order.", &set_replicas<Role::order>},
    Key{"frontend", "replica", "HOST:PORT", "", "", {}, endpoints_allowed,
        "Where a frontend listens; one line each, in id order. Frontend 0 holds the tie-breaking vote of a group "
        "with an even number of replicas.", &set_replicas<Role::frontend>},
    Key{"frontend", "threads", "N", "1", "", {1, 64}, "",
        "How many event loops a frontend has, each with its own thread, sockets and part of the cache.",
        [](Config& c, uint64_t v) { c.threads = static_cast<unsigned>(v); }},

    Key{"cluster", "secret-file", "FILE", "", "", {}, "the name of a file that holds one line",
        "The credential that the processes of the cluster show each other. Compulsory unless all of them listen on "
        "loopback only.", &set_secret_file},
    Key{"cluster", "admin-secret-file", "FILE", "", "", {}, "the name of a file that holds one line",
        "The credential that changing a price, a stock or the catalogue needs. Without it anyone may.",
        &set_admin_secret_file},

    Key{"consensus", "election-ms", "MS", "300", "ms", {10, minute_ms}, "",
        "Shortest silence of a leader after which a follower stands for election; the longest is twice it. A "
        "failover takes about 1.7 times as long.",
        [](Config& c, uint64_t v) { c.timings.election = ms(v); }},
    Key{"consensus", "heartbeat-ms", "MS", "50", "ms", {1, minute_ms}, "",
        "How often a leader says that it is there. Less than half of election-ms.",
        [](Config& c, uint64_t v) { c.timings.peer_heartbeat = ms(v); }},
    Key{"consensus", "drift-margin-ms", "MS", "30", "ms", {1, minute_ms}, "",
        "How far the clocks of two hosts may drift apart within a lease or an election. Less than election-ms.",
        [](Config& c, uint64_t v) { c.timings.drift_margin = ms(v); }},

    Key{"cache", "lease-ms", "MS", "1000", "ms", {10, minute_ms}, "",
        "How long a frontend may answer from its cache without hearing from the catalog leader. A frontend that "
        "dies delays writes once, by at most as long.",
        [](Config& c, uint64_t v) { c.timings.lease = ms(v); }},
    Key{"cache", "lease-renewal-ms", "MS", "250", "ms", {1, minute_ms}, "",
        "How often a frontend renews its lease. Less than lease-ms.",
        [](Config& c, uint64_t v) { c.timings.lease_renewal = ms(v); }},
    Key{"cache", "size-mb", "MB", "64", "MiB", {1, 1'048'576}, "",
        "Memory for cached answers; the least recently used ones go first.",
        [](Config& c, uint64_t v) { c.cache_bytes_max = v * mebibyte; }},
    Key{"cache", "entries", "N", "100000", "", {1, 1'000'000'000}, "",
        "How many answers are cached at most.",
        [](Config& c, uint64_t v) { c.cache_entries_max = v; }},

    Key{"health", "interval-ms", "MS", "1000", "ms", {10, hour_ms}, "",
        "How often a frontend asks each replica how it is.",
        [](Config& c, uint64_t v) { c.health.interval = ms(v); }},
    Key{"health", "timeout-ms", "MS", "500", "ms", {1, hour_ms}, "",
        "How long the replica may take to answer. At most interval-ms.",
        [](Config& c, uint64_t v) { c.health.timeout = ms(v); }},
    Key{"health", "rise", "N", "1", "", {1, 100}, "",
        "Good answers in a row until a replica counts as up.",
        [](Config& c, uint64_t v) { c.health.rise = static_cast<unsigned>(v); }},
    Key{"health", "fall", "N", "2", "", {1, 100}, "",
        "Missing answers in a row until it counts as down. A refused connection is enough at once.",
        [](Config& c, uint64_t v) { c.health.fall = static_cast<unsigned>(v); }},

    Key{"http", "header-bytes", "BYTES", "8192", "bytes", {256, mebibyte}, "",
        "Largest header of a request; beyond it 431.",
        [](Config& c, uint64_t v) { c.http.header_bytes_max = v; }},
    Key{"http", "body-bytes", "BYTES", "65536", "bytes", {256, 64 * mebibyte}, "",
        "Largest body of a request; beyond it 413.",
        [](Config& c, uint64_t v) { c.http.body_bytes_max = v; }},
    Key{"http", "connections", "N", "1024", "", {1, 1'000'000}, "",
        "Connections at a time; one more is told 503 and closed, unless it is another replica or asks for health.",
        [](Config& c, uint64_t v) { c.http.connections_max = v; }},
    Key{"http", "pipelined", "N", "64", "", {1, 10'000}, "",
        "Requests answered in a row on one connection before others get their turn.",
        [](Config& c, uint64_t v) { c.http.pipelined_max = v; }},
    Key{"http", "header-ms", "MS", "10000", "ms", {10, hour_ms}, "",
        "From the first byte of a request to the end of its header; beyond it 408.",
        [](Config& c, uint64_t v) { c.http.header_time = ms(v); }},
    Key{"http", "body-ms", "MS", "30000", "ms", {10, hour_ms}, "",
        "From the end of the header to the end of the body; beyond it 408.",
        [](Config& c, uint64_t v) { c.http.body_time = ms(v); }},
    Key{"http", "idle-ms", "MS", "75000", "ms", {10, hour_ms}, "",
        "How long a connection may be silent between requests before it is closed.",
        [](Config& c, uint64_t v) { c.http.idle_time = ms(v); }},
    Key{"http", "request-ms", "MS", "3000", "ms", {10, hour_ms}, "",
        "How long answering a request may take; beyond it 503. More than twice consensus.election-ms and more than "
        "cache.lease-ms, so that neither a lost leader nor a lost frontend fails a sale.",
        [](Config& c, uint64_t v) { c.http.request_time = ms(v); }},
    Key{"http", "write-ms", "MS", "30000", "ms", {10, hour_ms}, "",
        "How long a client may leave an answer unread before it is cut off.",
        [](Config& c, uint64_t v) { c.http.write_time = ms(v); }},

    Key{"storage", "log-keep-mb", "MB", "64", "MiB", {1, 1'048'576}, "",
        "Log kept for replicas that were away; one that missed more gets a whole copy instead.",
        [](Config& c, uint64_t v) { c.storage.log_keep_bytes = v * mebibyte; }},
    Key{"storage", "checkpoint-mb", "MB", "16", "MiB", {1, 1'048'576}, "",
        "Log written between two checkpoints of the state.",
        [](Config& c, uint64_t v) { c.storage.checkpoint_bytes = v * mebibyte; }},
    Key{"storage", "reserve-mb", "MB", "64", "MiB", {0, 1'048'576}, "",
        "With less room on the disk than this, or than a twentieth of it, writes are refused; reads go on.",
        [](Config& c, uint64_t v) { c.storage.reserve_bytes = v * mebibyte; }},
    Key{"storage", "scrub-kb-s", "KB", "1024", "KiB a second", {0, 1'048'576}, "",
        "How fast what is at rest, log and state each, is read back and verified; 0: never.",
        [](Config& c, uint64_t v) { c.storage.scrub_bytes_per_second = v * 1'024; }},
    Key{"storage", "scrub-every-s", "S", "86400", "s", {1, 31'536'000}, "",
        "From the beginning of one verification of everything to that of the next.",
        [](Config& c, uint64_t v) { c.storage.scrub_every = base::seconds(static_cast<std::int64_t>(v)); }},

    Key{"shop", "sale-retention-hours", "HOURS", "24", "hours", {1, 8'760}, "",
        "How long the key of a purchase is remembered, so that the same purchase sent again is not executed twice.",
        [](Config& c, uint64_t v) { c.sale_retention = hours(static_cast<int>(v)); }},

    Key{"unsafe", "no-cache", "WORDS", "", "", {}, unsafe_allowed,
        "Unsafe. Given as \"for-measurement-only\", frontends cache nothing.", &set_no_cache},
    Key{"unsafe", "no-invalidation", "WORDS", "", "", {}, unsafe_allowed,
        "Unsafe. Given as \"for-measurement-only\", writes invalidate nothing: reads are stale.",
        &set_no_invalidation},
};
// clang-format on

void store_number(const Key& key, const std::string& text, SetNumber set, Config& config) {
    uint64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, number);
    if (failure != std::errc{} || stop != end || number < key.range.least || number > key.range.most)
        throw std::invalid_argument(text);
    set(config, number);
}

} // namespace

std::vector<std::string_view> Unsafe::broken() const {
    std::vector<std::string_view> set;
    if (no_cache) set.push_back("no-cache");
    if (no_invalidation) set.push_back("no-invalidation");
    return set;
}

std::string Key::option() const {
    return section == "process" ? std::string(name) : in_file();
}

std::string Key::in_file() const {
    return std::string(section) + "." + std::string(name);
}

std::string Key::variable() const {
    std::string text = "BOOKSTORED_" + option();
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(c));
    });
    return text;
}

std::string Key::what_is_allowed() const {
    if (!std::holds_alternative<SetNumber>(set)) return std::string(allowed);
    std::string text =
        "a whole number from " + std::to_string(range.least) + " to " + std::to_string(range.most);
    if (!unit.empty()) text += " (" + std::string(unit) + ")";
    return text;
}

std::span<const Key> all_keys() {
    return keys;
}

void store(const Key& key, const std::vector<std::string>& values, Config& config) {
    if (const auto* list = std::get_if<SetList>(&key.set))
        (*list)(config, values);
    else if (const auto* text = std::get_if<SetText>(&key.set))
        (*text)(config, values.back());
    else
        store_number(key, values.back(), std::get<SetNumber>(key.set), config);
}

} // namespace bookstore::cluster
