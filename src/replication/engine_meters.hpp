#pragma once
/// \file
/// A replica's figures for Prometheus.
#include <prometheus/gauge.h>

#include <bookstore/base/metrics.hpp>

#include "replication/engine.hpp"

namespace bookstore::replication {

struct Engine::Impl::Meters {
    Meters(base::Metrics& metrics, const std::string& group)
        : leader(gauge(metrics, group, "leader", "1 when this replica leads its group")),
          term(gauge(metrics, group, "term", "Raft term")),
          committed(gauge(metrics, group, "committed_index", "Highest index known to be committed")),
          applied(gauge(metrics, group, "applied_index", "Highest index applied here")),
          log_bytes(gauge(metrics, group, "log_bytes", "Payload of the log held in memory")),
          waiting(gauge(metrics, group, "proposals_waiting", "Commands waiting for their batch")),
          slow(metrics.gauge("bookstored_log_slow",
                             "1 while the log's disk is too slow for its replica to lead well",
                             {{"group", group}})),
          empty_slots(gauge(metrics, group, "slots_without_voter",
                            "Configured replicas that do not vote: the group bears fewer losses")),
          unsettled(gauge(metrics, group, "contents_unsettled",
                          "1 when contents differed when last compared here and no majority was right")) {}

    void show(const consensus::Raft& raft, std::uint64_t applied_index, std::size_t proposals_waiting,
              std::size_t slots_without_voter) {
        leader.Set(raft.role() == consensus::Role::leader ? 1 : 0);
        term.Set(static_cast<double>(number(raft.term())));
        committed.Set(static_cast<double>(number(raft.commit_index())));
        applied.Set(static_cast<double>(applied_index));
        log_bytes.Set(static_cast<double>(raft.log_bytes()));
        waiting.Set(static_cast<double>(proposals_waiting));
        empty_slots.Set(static_cast<double>(slots_without_voter));
    }

    prometheus::Gauge& leader;
    prometheus::Gauge& term;
    prometheus::Gauge& committed;
    prometheus::Gauge& applied;
    prometheus::Gauge& log_bytes;
    prometheus::Gauge& waiting;
    prometheus::Gauge& slow;
    prometheus::Gauge& empty_slots;
    prometheus::Gauge& unsettled;

private:
    static prometheus::Gauge& gauge(base::Metrics& metrics, const std::string& group, const std::string& name,
                                    const std::string& help) {
        return metrics.gauge("bookstored_raft_" + name, help, {{"group", group}});
    }
};

} // namespace bookstore::replication
