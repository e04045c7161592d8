#include "storage/log_traces.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include "storage/log_folder.hpp"
#include "storage/log_step.hpp"

namespace bookstore::storage {
namespace {

bool step_tells(const StepHeader& header, std::string_view bytes) {
    if (header.entries > 0) return true;
    if (!intact(header, bytes)) return false;
    const auto step = decode_step(header, bytes);
    if (!step) return false;
    return (step->start && step->start->last_index > 0) ||
           (step->write.reset && step->write.reset->base_index > 0);
}

bool segment_tells(std::uint64_t number, std::string_view segment) {
    for (std::uint64_t at = 0; at + step_header_bytes <= segment.size(); at += step_alignment) {
        const auto bytes = segment.substr(at);
        const StepPlace place{number, at};
        const auto header = read_header(bytes, place);
        if (header ? step_tells(*header, bytes) : of_other_format(bytes, place)) return true;
    }
    return false;
}

} // namespace

bool tells_of_entries(const std::filesystem::path& folder) try {
    for (const auto number : list_segments(folder)) {
        const LogFile file(segment_path(folder, number), LogFile::For::reading);
        if (segment_tells(number, file.read_at(0, static_cast<std::size_t>(file.size())))) return true;
    }
    return false;
} catch (const std::system_error&) {
    return true; // nobody has seen that it has none
}

} // namespace bookstore::storage
