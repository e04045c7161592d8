#pragma once
/// \file
/// Engine::Impl: the parts of a replica, and the wires between them.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <bookstore/replication/identity.hpp>
#include <bookstore/replication/replica.hpp>

#include "replication/applier.hpp"
#include "replication/batcher.hpp"
#include "replication/checkpoints.hpp"
#include "replication/core_runner.hpp"
#include "replication/deadlines.hpp"
#include "replication/digest_trail.hpp"
#include "replication/disk.hpp"
#include "replication/formation.hpp"
#include "replication/member_changes.hpp"
#include "replication/peers.hpp"
#include "replication/read_rounds.hpp"
#include "replication/readiness.hpp"
#include "replication/restore.hpp"
#include "replication/scrubber.hpp"
#include "replication/snapshot_receiver.hpp"
#include "replication/snapshot_sender.hpp"
#include "replication/space_watch.hpp"
#include "replication/version_waits.hpp"

namespace bookstore::replication {

/// Loop thread only. Lives until its Engine has gone and the last call has ended; after close() it touches
/// nothing outside itself.
struct Engine::Impl : std::enable_shared_from_this<Engine::Impl> {
    using Self = std::shared_ptr<Impl>;
    template <typename T>
    using Call = boost::asio::awaitable<base::result<T>>;

    Impl(ReplicaOptions o, Environment e, base::StateMachine& m, Gate* g);
    ~Impl();

    // engine_start.cpp: from the disk to a running core
    void start();
    void make_parts(const Loaded& loaded);
    void listen();
    void answer_calls();
    void hear_notices();
    void group_found(std::vector<consensus::NodeId> founders, std::uint64_t generation);
    bool founder() const;
    void start_core();
    void refused(const std::string& reason);

    // engine_core.cpp: what the core asks for
    void carry_out(consensus::Effects effects);
    void persist(consensus::Persist step);
    void settle();
    void received(const std::string& notice);
    void other_generation(const Peers::Incoming& incoming);
    std::optional<std::string> cannot_take_entries() const;
    void take_nothing(const std::string& why, consensus::Message message);
    void log_change(const consensus::RoleChange& change) const;
    void check_leadership();
    void lose_leadership();
    void gain_leadership();
    void start_read_round(std::function<void(base::result<std::uint64_t>)> done);
    void compact(std::uint64_t index);

    // engine_snapshot.cpp: a state instead of a log
    void make_snapshot_parts();
    std::optional<SnapshotHeader> header_for(std::uint64_t index) const;
    std::optional<SnapshotReceiver::Answer> object_to(const SnapshotHeader& header) const;
    void begin_snapshot(const SnapshotHeader& header, std::function<void()> done);
    void restart_log(const SnapshotHeader& header, std::function<void()> done);
    void snapshot_installed(const SnapshotHeader& header);

    // engine_members.cpp: who belongs to the group
    void tend_members();
    bool is_removed() const;
    void leave_group();
    std::string removal_reason() const;
    bool alone() const;
    bool group_lives() const;
    bool blank() const;
    void follow(std::vector<consensus::NodeId> founders, std::uint64_t generation);
    void overtaken(std::uint64_t generation);
    std::string overtaken_reason() const;
    void contradicted(const std::string& reason);
    void set_base_configuration(consensus::Configuration configuration);
    void connection_lost(const net::Endpoint& endpoint);
    std::vector<MemberStatus> member_list() const;
    std::vector<unsigned> slots_without_voter() const;
    bool may_lead(const consensus::Raft::Peer& peer) const;
    consensus::NodeId furthest_peer(bool with_fast_disk) const;
    consensus::NodeId successor() const;

    // engine_space.cpp: a disk that is nearly full
    void tend_space();
    consensus::NodeId next_in_turn();

    // engine_pace.cpp: a disk that is slow
    void tend_pace();
    void log_pace(bool slow) const;
    std::string slowness() const;
    void slow_heard(const std::string& notice);
    bool is_slow(consensus::NodeId node) const;
    void hand_over_to_faster();

    // engine_scrub.cpp: what is found at rest
    enum class Leave : std::uint8_t {
        to_rebuild = 0, ///< shows nothing until it has another's contents; its log and vote go on
        for_good = 1,   ///< joins anew, under another identity
    };
    void make_scrubbers();
    void state_damaged(const std::string& cause);
    void tend_damage();
    void hand_over_for_damage(Leave why);
    std::string damage() const;
    bool may_leave(consensus::NodeId node, Leave why) const;
    void let_nobody_go();
    static boost::asio::awaitable<void> ask_leave(Self self, Leave why);
    static Call<std::string> serve_leave(Self self, std::string request);

    // engine_digest.cpp: whether all hold the same
    struct Comparison;
    void compare_contents();
    static boost::asio::awaitable<void> ask_digest(Self self, consensus::NodeId voter,
                                                   std::shared_ptr<Comparison> comparison);
    static Call<std::string> serve_digest(Self self, std::string request, base::TimePoint deadline);
    void judge(Comparison& comparison);
    void convict(consensus::NodeId node);
    void name_differences(const Comparison& comparison) const;
    void verdict_heard(const std::string& notice);
    void check_contents(std::uint64_t version, std::uint64_t digest);

    // engine_contents.cpp: contents that must not be shown
    void tend_contents();
    void await_confirmation();
    void confirm_contents();
    void fence(std::string why);
    std::string fence_reason() const;
    void rebuild_asked(const std::string& notice);

    // engine_calls.cpp: the public face; each call keeps the engine's parts alive
    static Call<Applied> propose(Self self, std::string command, base::TimePoint deadline);
    static Call<Applied> propose_anywhere(Self self, std::string command, base::TimePoint deadline);
    static Call<AppliedAll> propose_all(Self self, Bundle commands, base::TimePoint deadline);
    static Call<AppliedAll> propose_all_anywhere(Self self, Bundle commands, base::TimePoint deadline);
    static Call<std::uint64_t> read_barrier(Self self, base::TimePoint deadline);
    static Call<std::uint64_t> wait_applied(Self self, std::uint64_t version, base::TimePoint deadline);
    void want_news();
    void news_wanted(const std::string& notice);
    static Call<std::string> serve_propose(Self self, std::string request, base::TimePoint deadline);
    static Call<std::string> serve_read_index(Self self, base::TimePoint deadline);
    static Call<std::string> serve_snapshot(Self self, std::string request);
    static Call<std::vector<MemberStatus>> members(Self self, base::TimePoint deadline);
    static Call<ChangeOutcome> change_member(Self self, consensus::Change change, base::TimePoint deadline);
    static Call<ChangeOutcome> change_here(Self self, consensus::Change change, base::TimePoint deadline);
    static Call<std::string> serve_members(Self self);
    static Call<std::string> serve_change(Self self, std::string request, base::TimePoint deadline);
    static Call<std::string> ask_leader_for(Self self, GroupMethod method, std::string request,
                                            base::TimePoint deadline);
    static boost::asio::awaitable<void> ask_leader(Self self, base::TimePoint deadline,
                                                   std::function<void(base::result<std::uint64_t>)> done);
    static boost::asio::awaitable<void> stop(Self self, base::TimePoint deadline);
    static boost::asio::awaitable<void> until(Self self, base::TimePoint deadline, std::function<bool()> met);
    static boost::asio::awaitable<void> make_state_durable(Self self, base::TimePoint deadline);

    // engine_status.cpp: what it is, and how it ends
    std::optional<base::Errc> absence() const; ///< of this replica from its group
    std::optional<base::Errc> refusal() const; ///< of any call: it is absent, or its contents not to be shown
    bool is_leader() const;                    ///< by role; may not have committed in its term yet
    bool in_office() const;                    ///< and has; whatever its contents are
    bool leading() const;                      ///< and they are to be shown
    std::optional<unsigned> leader_slot() const;
    bool voter() const;
    Phase phase() const;
    std::string reason() const;
    Status status() const;
    void tell_change();
    void watch_patience();
    void failed(const std::string& cause);
    void close();
    void end_calls(base::Errc in_flight, base::Errc refusal);

    struct Meters;

    const ReplicaOptions options;
    const Environment env;
    base::StateMachine& machine;
    Gate* const gate;
    std::unique_ptr<Meters> meters;

    Deadlines deadlines;
    Peers peers;
    Readiness readiness;
    VersionWaits version_waits;
    MemberChanges changes;
    CoreRunner core;
    Batcher batcher;
    ReadRounds core_reads;   ///< rounds with the own core, while it leads
    ReadRounds leader_reads; ///< rounds with the leader over the network
    std::map<std::uint64_t, std::function<void(base::result<std::uint64_t>)>> reads_at_core;
    std::uint64_t last_read_id = 0;

    // Made by start(), from what the disk holds.
    Identity identity;
    consensus::Restored restored; ///< until the core starts
    std::unique_ptr<Disk> disk;
    std::unique_ptr<Applier> applier;
    std::unique_ptr<Checkpoints> checkpoints;
    std::unique_ptr<SpaceWatch> space;
    std::unique_ptr<Scrubber> state_scrubber;
    std::unique_ptr<Scrubber> log_scrubber;
    std::shared_ptr<Formation> formation;
    std::shared_ptr<SnapshotSender> sender;
    std::shared_ptr<SnapshotReceiver> receiver;

    std::optional<consensus::Term> led_term; ///< leader by role of this term, as the parts were last told
    bool gate_told = false;                  ///< between Gate::leading() and not_leading()
    bool caught_up_once = false;
    std::optional<base::TimePoint> led_at; ///< the last time that the group had a leader, as far as we know
    bool was_member = false;               ///< in a configuration that is or was committed
    bool leaving = false;                  ///< removed, and about to say so
    base::TimePoint next_succession_at{};
    DigestTrail digests;
    std::set<consensus::NodeId>
        convicted;                     ///< as leader: told that they differ, and not known to be fenced yet
    std::optional<std::string> fenced; ///< why: the contents are not the group's
    bool contents_whole = true;        ///< the machine holds one version, be it the right one or not
    bool confirmed = true; ///< nobody has reason to doubt the contents; else they wait to be compared
    std::optional<base::TimePoint> confirmed_by; ///< then they are shown without
    bool log_ends_soon = false; ///< a snapshot is about to take its place: what is appended now would be lost
    bool rebuilding = false;    ///< the snapshot that is installed takes the place of the contents alone
    base::TimePoint next_comparison_at{};
    base::TimePoint next_rebuild_at{};
    base::TimePoint next_hand_over_at{};
    unsigned last_asked_slot = 0; ///< to take over, one after the other
    bool hand_over_tried = false; ///< since there is none: until then another may lead soon
    bool told_slow = false;       ///< of the own log's disk, in logs and metrics
    std::map<consensus::NodeId, base::TimePoint> slow_peers; ///< by their own word; until when it counts
    base::TimePoint next_slow_notice_at{};
    base::TimePoint next_news_wanted_at{};
    std::optional<base::TimePoint> pace_handed_over_at;
    std::string state_damage; ///< found at rest: taken anew as soon as the leader lets it
    std::string log_damage;   ///< found at rest: it steps aside as soon as the leader lets it
    base::TimePoint next_leave_asked_at{};
    base::TimePoint next_leave_at{}; ///< as leader: nobody is let go before
    bool stopping = false;
    bool closed = false;
    std::optional<std::string> failure;

    struct Told {
        Phase phase = Phase::forming;
        consensus::Role role = consensus::Role::follower;
        std::uint64_t term = 0;
        std::optional<unsigned> leader_slot;
        bool operator==(const Told&) const = default;
    };
    Told told;
    std::vector<std::function<void(const Status&)>> change_handlers;
    std::function<void(std::string)> fatal_handler;
    std::unique_ptr<base::Timer> patience_timer;
};

} // namespace bookstore::replication
