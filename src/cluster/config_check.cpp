#include "cluster/config_check.hpp"

#include <map>

#include <bookstore/cluster/secret_file.hpp>

namespace bookstore::cluster {
namespace {

constexpr Role all_roles[] = {Role::catalog, Role::order, Role::frontend};

std::string in_ms(base::Duration duration) {
    return std::to_string(std::chrono::duration_cast<base::milliseconds>(duration).count()) + " ms";
}

/// `value` must be more than `bound`, which is what `bound_is` says.
void more_than(std::string_view option, base::Duration value, base::Duration bound, std::string_view bound_is,
               const AsWritten& as_written) {
    if (value > bound) return;
    throw ConfigError(as_written(option) + ": allowed is more than " + std::string(bound_is) + " (" +
                      in_ms(bound) + ")");
}

/// What must hold for a lost leader, a lost frontend or a lost message to be no more than a delay.
void check_times(const Config& config, const AsWritten& as_written) {
    const Timings& t = config.timings;
    more_than("consensus.election-ms", t.election, 2 * t.peer_heartbeat, "twice consensus.heartbeat-ms",
              as_written);
    more_than("consensus.election-ms", t.election, t.drift_margin, "consensus.drift-margin-ms", as_written);
    more_than("cache.lease-ms", t.lease, t.lease_renewal, "cache.lease-renewal-ms", as_written);
    more_than("http.request-ms", config.http.request_time, 2 * t.election, "twice consensus.election-ms",
              as_written);
    more_than("http.request-ms", config.http.request_time, t.lease + t.drift_margin,
              "cache.lease-ms and consensus.drift-margin-ms together", as_written);
    if (config.health.timeout > config.health.interval)
        throw ConfigError(as_written("health.timeout-ms") + ": allowed is at most health.interval-ms (" +
                          in_ms(config.health.interval) + ")");
}

void check_replicas(const Config& config, const AsWritten& as_written) {
    std::map<net::Endpoint, Role> taken;
    for (const Role role : all_roles) {
        const std::string section(to_string(role));
        if (config.of(role).empty())
            throw ConfigError(section +
                              ".replica: none is given; allowed is one HOST:PORT or more, e.g. a line "
                              "\"replica = 127.0.0.1:3211\" in section [" +
                              section + "] of the file that --config names");
        for (const net::Endpoint& endpoint : config.of(role)) {
            const auto [other, fresh] = taken.emplace(endpoint, role);
            if (!fresh)
                throw ConfigError(as_written(section + ".replica") + ": " + net::to_string(endpoint) +
                                  " is taken already by [" + std::string(to_string(other->second)) +
                                  "]; allowed is an address of its own for each replica");
        }
    }
}

/// Every process of the cluster reads the same file, so an exposed listener is found on whichever host comes
/// first.
void check_credential(const Config& config) {
    if (!config.secret.empty()) return;
    for (const Role role : all_roles) {
        for (const net::Endpoint& endpoint : config.of(role)) {
            if (!net::is_loopback(endpoint))
                throw ConfigError("cluster.secret-file: not given, but [" + std::string(to_string(role)) +
                                  "] " + net::to_string(endpoint) +
                                  " is not a loopback address; allowed is the name of a file that holds the "
                                  "cluster's credential");
        }
    }
}

void check_place(const Config& config, const AsWritten& as_written) {
    const std::size_t replicas = config.of(config.role).size();
    if (config.id < replicas) return;
    throw ConfigError(as_written("id") + ": allowed is 0 to " + std::to_string(replicas - 1) +
                      ", for section [" + std::string(to_string(config.role)) + "] names " +
                      std::to_string(replicas) + (replicas == 1 ? " replica" : " replicas"));
}

std::string load(const std::filesystem::path& file, std::string_view option, const AsWritten& as_written) {
    if (file.empty()) return {};
    std::string secret;
    try {
        secret = read_secret(file);
    } catch (const std::invalid_argument& e) {
        throw ConfigError(as_written(option) + ": " + e.what() +
                          "; allowed is a readable file that holds the credential on one line");
    }
    if (readable_by_everyone(file))
        base::log::warning("every user of this host can read a secret; chmod o-r it",
                           {{"option", option}, {"file", file.string()}});
    return secret;
}

} // namespace

void check(const Config& config, const AsWritten& as_written, bool place_given) {
    check_replicas(config, as_written);
    check_credential(config);
    check_times(config, as_written);
    if (place_given) check_place(config, as_written);
}

void load_secrets(Config& config, const AsWritten& as_written) {
    config.secret = load(config.secret_file, "cluster.secret-file", as_written);
    config.admin_secret = load(config.admin_secret_file, "cluster.admin-secret-file", as_written);
}

} // namespace bookstore::cluster
