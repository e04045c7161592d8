#pragma once
/// \file
/// One configuration for the whole cluster and this process's place in it.
/// etc/bookstored.conf is the manual: every key, what it means, its default, its unit.
#include <array>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/base/log.hpp>
#include <bookstore/base/time.hpp>
#include <bookstore/net/endpoint.hpp>
#include <bookstore/net/http_server.hpp>

namespace bookstore::cluster {

enum class Role { catalog, order, frontend };
std::string_view to_string(Role role);

/// Names the option, the value and what is allowed, in one line.
class ConfigError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct Timings {
    base::Duration election = base::milliseconds(300);      ///< T: [consensus] election-ms
    base::Duration peer_heartbeat = base::milliseconds(50); ///< [consensus] heartbeat-ms
    base::Duration drift_margin = base::milliseconds(30);   ///< [consensus] drift-margin-ms
    base::Duration lease = base::milliseconds(1000);        ///< a frontend's: [cache] lease-ms
    base::Duration lease_renewal = base::milliseconds(250); ///< [cache] lease-renewal-ms
};

/// How a frontend judges who is alive; counts as in HAProxy.
struct Health {
    base::Duration interval = base::milliseconds(1000); ///< [health] interval-ms
    base::Duration timeout = base::milliseconds(500);   ///< [health] timeout-ms
    unsigned rise = 1;                                  ///< good answers until up
    unsigned fall = 2; ///< missing answers until down; a refused connection is enough at once
};

struct StorageSettings {
    std::size_t log_keep_bytes = 64u << 20; ///< [storage] log-keep-mb: tail kept for followers that were away
    std::size_t checkpoint_bytes =
        16u << 20; ///< [storage] checkpoint-mb: log written between checkpoints of the state
    std::size_t reserve_bytes =
        64u << 20; ///< [storage] reserve-mb: with less room on the disk no write is taken on
    std::size_t snapshot_piece_bytes = 256u << 10; ///< no key: for simulations
    std::uint64_t scrub_bytes_per_second =
        1u << 20; ///< [storage] scrub-kb-s: how fast what is at rest is verified; 0: never
    base::Duration scrub_every =
        base::seconds(86'400); ///< [storage] scrub-every-s: from one verification to the next
};

/// Rules that are broken on purpose, to measure what they cost: [unsafe]. All processes must break the same.
struct Unsafe {
    bool no_cache = false;        ///< frontends keep no answers
    bool no_invalidation = false; ///< writes wait for no frontend: cached answers stay, however stale

    std::vector<std::string_view> broken() const; ///< the keys that are set
};

struct Config {
    // This process
    Role role = Role::frontend;
    unsigned id = 0;
    std::filesystem::path file;
    std::filesystem::path data_dir; ///< default /var/lib/bookstored/<role>-<id>
    std::optional<bool> first_start;
    std::filesystem::path catalog_file; ///< empty: the default catalogue
    base::log::Level log_level = base::log::Level::info;
    bool check_only = false; ///< --check-config
    bool print = false;      ///< --print-config

    // The cluster
    std::array<std::vector<net::Endpoint>, 3> replicas; ///< by Role, in id order
    std::filesystem::path secret_file;                  ///< [cluster] secret-file
    std::filesystem::path admin_secret_file;            ///< [cluster] admin-secret-file
    std::string secret;                                 ///< what secret_file holds; empty: none
    std::string admin_secret;                           ///< what admin_secret_file holds; empty: none
    Timings timings;
    Health health;
    Unsafe unsafe;
    StorageSettings storage;
    net::HttpLimits http;
    unsigned threads = 1;                                   ///< [frontend] threads
    std::size_t cache_bytes_max = 64u << 20;                ///< [cache] size-mb
    std::size_t cache_entries_max = 100'000;                ///< [cache] entries
    base::Duration sale_retention = std::chrono::hours(24); ///< [shop] sale-retention-hours
    base::Duration drain_time = base::seconds(8);           ///< [process] drain-ms

    const std::vector<net::Endpoint>& of(Role r) const { return replicas[static_cast<std::size_t>(r)]; }
    net::Endpoint self() const { return of(role).at(id); }
    std::string name() const; ///< "catalog-0"
};

struct HelpAsked {
    std::string text;
};

/// Reads defaults, then the file, then BOOKSTORED_… variables, then the command line; the later wins, and
/// origin of each value is kept for print(). `--http.idle-ms=5000`, `BOOKSTORED_HTTP_IDLE_MS=5000` and
/// `idle-ms = 5000` below `[http]` are the same; options without a dot stand below `[process]`.
class ConfigReader {
public:
    /// `version` is what --version shows.
    explicit ConfigReader(std::string version = {});

    /// `environment`: NAME=value strings. Throws ConfigError; throws HelpAsked for --help and --version.
    /// Warns in the log when everyone may read a secret. With --check-config or --print-config, role and id
    /// may be left out: what concerns the whole cluster is checked.
    Config read(int argc, const char* const* argv, const std::vector<std::string>& environment);
    /// Every key in force, its value, and where it comes from: default, file:line, environment, command line.
    /// In the form of a configuration file; the origins are comments.
    void print(std::ostream& out) const;

private:
    struct Origin {
        std::string key;
        std::vector<std::string> values, from; ///< of equal length; more than one in a list
    };
    std::string version_;
    std::vector<Origin> origins_;
};

/// The [frontend] replicas of a configuration file, for a client: nothing else in it is checked, and no
/// secret is read. Throws ConfigError.
std::vector<net::Endpoint> frontends_in(const std::filesystem::path& file);

} // namespace bookstore::cluster
