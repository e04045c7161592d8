#pragma once
/// \file
/// What a torture came to, for people and for programs. No I/O.
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include <bookstore/ctl/text_table.hpp>

#include "ctl/torture/faults.hpp"

namespace bookstore::ctl::torture {

/// "12 s  1,204 buys, 2,411 reads answered; 14 unknown; longest gap 812 ms; kill catalog-1"
std::string progress_line(const Recorder& recorder, const Faults& faults);

/// A row for each fault, and one for the whole.
std::string fault_table(const Recorder& recorder, const std::vector<Fault>& faults, const Style& style);

boost::json::object in_json(const Recorder& recorder, const std::vector<Fault>& faults);

} // namespace bookstore::ctl::torture
