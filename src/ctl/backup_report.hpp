#pragma once
/// \file
/// What is in a backup, for people and for programs.
#include <cstdint>
#include <string>

#include <boost/json/object.hpp>

#include <bookstore/offline/backup_file.hpp>

namespace bookstore::ctl {

std::string to_text(const offline::BackupContents& contents);
/// 16 hexadecimal digits.
std::string hex_text(std::uint64_t number);
boost::json::object to_json(const offline::BackupContents& contents);

} // namespace bookstore::ctl
