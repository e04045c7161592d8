#pragma once
/// \file
/// Defects that the tests put in on purpose, to see that the simulator finds them. In what is shipped
/// `built_in` is a constant false and the compiler drops every site; the simulator's own copy of this library
/// (BOOKSTORE_MUTANTS) switches one on by name.
#include <array>
#include <optional>
#include <string_view>

namespace bookstore::consensus {

enum class Mutant {
    none,
    commits_former_terms,      ///< P1: commits an entry of a former term by counting its copies
    acks_stale_tail,           ///< P2: acknowledges everything stored, not what the request matched
    commits_last_only,         ///< P3: tests for a commit at the last index only
    hides_term_in_refusal,     ///< P4: refuses a pre-vote without telling its own term
    appends_below_base,        ///< P7: takes entries that start below its compacted prefix for those after it
    acks_before_sync,          ///< acknowledges entries that are not durable yet
    votes_before_sync,         ///< answers a vote that is not durable yet
    forgets_contact,           ///< grants votes at once after a restart
    dates_lease_by_answer,     ///< counts the lease from the arrival of the answers
    keeps_lease_in_transfer,   ///< trusts its lease after it told another to take over
    resumes_same_term,         ///< goes on leading in the same term after a failed hand-over
    reads_without_round,       ///< answers reads without making sure that it still leads
    forgets_own_disk,          ///< counts its own copy before it is durable
    ignores_log_in_vote,       ///< grants votes to candidates whose log is behind
    configures_at_commit,      ///< lets a configuration count only once it is committed
    changes_twice,             ///< begins a change before the one before it is committed
    changes_before_own_commit, ///< begins a change before an entry of the own term is committed
    keeps_truncated_configuration, ///< P5: does not go back when the log does
    counts_learners,               ///< takes what learners hold for copies
};

struct MutantName {
    Mutant mutant;
    std::string_view name;
};

inline constexpr std::array mutant_names{
    MutantName{Mutant::commits_former_terms, "P1"},
    MutantName{Mutant::acks_stale_tail, "P2"},
    MutantName{Mutant::commits_last_only, "P3"},
    MutantName{Mutant::hides_term_in_refusal, "P4"},
    MutantName{Mutant::appends_below_base, "P7"},
    MutantName{Mutant::acks_before_sync, "acks-before-sync"},
    MutantName{Mutant::votes_before_sync, "votes-before-sync"},
    MutantName{Mutant::forgets_contact, "forgets-contact"},
    MutantName{Mutant::dates_lease_by_answer, "dates-lease-by-answer"},
    MutantName{Mutant::keeps_lease_in_transfer, "keeps-lease-in-transfer"},
    MutantName{Mutant::resumes_same_term, "resumes-same-term"},
    MutantName{Mutant::reads_without_round, "reads-without-round"},
    MutantName{Mutant::forgets_own_disk, "forgets-own-disk"},
    MutantName{Mutant::ignores_log_in_vote, "ignores-log-in-vote"},
    MutantName{Mutant::configures_at_commit, "configures-at-commit"},
    MutantName{Mutant::changes_twice, "changes-twice"},
    MutantName{Mutant::changes_before_own_commit, "changes-before-own-commit"},
    MutantName{Mutant::keeps_truncated_configuration, "P5"},
    MutantName{Mutant::counts_learners, "counts-learners"},
};

#ifdef BOOKSTORE_MUTANTS
inline Mutant chosen_mutant = Mutant::none;
inline bool built_in(Mutant mutant) {
    return chosen_mutant == mutant;
}
#else
constexpr bool built_in(Mutant) {
    return false;
}
#endif

} // namespace bookstore::consensus
