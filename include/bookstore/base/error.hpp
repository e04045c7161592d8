#pragma once
/// \file
/// What can go wrong, in three kinds, each with its own mechanism:
///   expected    a `result<T>` that carries an `Errc`: a full queue, a lost leader, a deadline
///   the world   `std::system_error` or a type derived from std::runtime_error: a disk that fails to open
///   the program `INVARIANT`, which aborts: continuing would write what is known to be wrong
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace bookstore::base {

/// Failures that cross a layer's border. What each means for a caller who thinks of trying again is part of
/// its meaning: "refused" has certainly had no effect, "unknown" may have had it or may have it yet.
enum class Errc {
    invalid_argument = 1, ///< refused: the request makes no sense; trying again is pointless
    not_found,            ///< refused: there is no such thing
    unauthorized,         ///< refused: the credential is missing or wrong
    not_leader,           ///< refused: ask the leader, or wait for one
    not_ready,            ///< refused: starting, resynchronising, or unable to know whether it is current
    overloaded,           ///< refused: a queue is full
    too_large,            ///< refused: over a limit in bytes
    unreachable,          ///< refused: no connection could be made, nothing was sent
    timed_out,            ///< unknown: no answer before the deadline
    connection_lost,      ///< unknown: the connection broke after the request had been sent
    outcome_unknown,      ///< unknown: leadership was lost while the command was on its way
    storage_failed,       ///< unknown: a write or sync failed; this replica has stepped aside for good
    corrupt,              ///< what was read is damaged or contradicts itself
    protocol_error,       ///< the other side does not speak our protocol
    stopping,             ///< refused: this process is shutting down
};

const boost::system::error_category& errc_category() noexcept;
boost::system::error_code make_error_code(Errc e) noexcept;

/// True for the failures after which the request may still have, or come to have, an effect.
/// Such a request may be repeated only with the same key.
bool outcome_is_unknown(boost::system::error_code e) noexcept;

template <typename T>
using result = boost::system::result<T>;

[[noreturn]] void invariant_failed(const char* what, const char* file, int line) noexcept;

} // namespace bookstore::base

template <>
struct boost::system::is_error_code_enum<bookstore::base::Errc> : std::true_type {};

/// Aborts, in every build, when `condition` does not hold. For what only a bug or a damaged log can break.
#define INVARIANT(condition)                                                                                 \
    (static_cast<bool>(condition) ? static_cast<void>(0)                                                     \
                                  : ::bookstore::base::invariant_failed(#condition, __FILE__, __LINE__))
