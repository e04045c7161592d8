#pragma once
/// \file
/// What stands behind the last whole step of the log: nothing, what a crash left of the one step that was
/// being written, or damage. Pure.
///
/// A step is written only after the one before it was synced. So all but the last step are known to have
/// been durable: whatever is wrong before a whole step is damage.
///
/// Of the last step, a crash leaves each sector (512 bytes) either as it was written or as it was before,
/// which is zeros; a process that was killed leaves the first so many bytes of it. Hence a step that is not
/// whole is *torn*, and dropped, when a sector of it is missing or its end is; when all of its sectors are
/// there and it does not match its checksum, bits have changed and it is damage.
///
/// What cannot be told from a crash, and is dropped: that whole sectors of the last step have turned into
/// zeros after it was acknowledged; that all of the last steps, however many, lie wholly in a range that has;
/// and that a segment which had outgrown its first length was cut back, to no less than that length. Any
/// other file that was cut short says so itself (segment_header.hpp).
#include <cstddef>
#include <string>
#include <string_view>

#include "storage/log_step.hpp"

namespace bookstore::storage {

struct LogTail {
    enum class Kind { clean, torn, damaged };
    Kind kind = Kind::clean;
    std::size_t bytes = 0; ///< torn: from there on, to be erased before anything is written
    std::string damage;    ///< what is wrong
};

/// `segment`: the whole file. `at`: where the step after `expected.previous` belongs, and is not.
LogTail examine_tail(std::string_view segment, StepPlace at, StepLink expected);

/// "nothing", "step 7 (entries 1 to 3), which does not match its checksum", ...: what stands at a place.
std::string describe_step(std::string_view bytes, StepPlace at, StepLink expected);

} // namespace bookstore::storage
