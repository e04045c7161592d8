#pragma once
/// \file
/// The defects that the simulator must find (base/mutant.hpp): what each breaks, in the words of its site.
#include <array>
#include <string_view>

namespace bookstore::shopsim {

struct MutantName {
    std::string_view name;
    std::string_view what;
};

inline constexpr std::array mutant_names{
    MutantName{"fills-despite-fence", "a frontend caches an answer that is older than its fence"},
    MutantName{"counts-lease-from-answer",
               "a lease counts from when the answer came, not from before the question"},
    MutantName{"hits-without-lease", "a frontend serves from its cache without looking at its lease"},
    MutantName{"misses-without-fence", "a miss takes any replica's state, however old"},
    MutantName{"claims-unreached-version",
               "a replica answers at once and says that it has reached the fence"},
    MutantName{"ignores-predecessors-leases", "a new leader does not wait for the leases of its predecessor"},
    MutantName{"invalidates-after-proposal", "the leader proposes first and tells the frontends then"},
    MutantName{"registers-at-committed", "a registration's fence is what is committed, not what is proposed"},
    MutantName{"retries-with-fresh-key", "a frontend repeats a purchase under another key"},
    MutantName{"takes-copies-again", "a sale that is repeated takes copies once more"},
    MutantName{"records-twice", "the book gives a second number to a key"},
    MutantName{"never-settles", "nobody records the sales that were left behind"},
    MutantName{"guesses-out-of-stock", "an outcome that could not be established is told as a refusal"},
    MutantName{"forgets-digest", "a changed book stays in the digest as it was"},
};

} // namespace bookstore::shopsim
