#pragma once
/// \file
/// The answer to --help, laid out from the table of keys.
#include <string>

namespace bookstore::cluster {

std::string help_text();

} // namespace bookstore::cluster
