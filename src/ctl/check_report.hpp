#pragma once
/// \file
/// The checker's verdict, for people, programs and shells.
#include <bookstore/history/check.hpp>

#include "ctl/command.hpp"

namespace bookstore::ctl {

/// Words, or with --output=json a line of JSON.
void show_check(const history::Report& report, Context& context);

/// The exit status that it means.
int status_of(history::Result result);

/// A self-contained SVG of the first counter-example, or of the verdict in words when there is none to draw.
void write_timeline(std::ostream& out, const history::History& history, const history::Report& report);

} // namespace bookstore::ctl
