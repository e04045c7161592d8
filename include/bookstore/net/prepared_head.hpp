#pragma once
/// \file
/// Heads of answers that are given many times: made once, all but the date.
#include <string>
#include <string_view>

#include <bookstore/net/http_message.hpp>

namespace bookstore::net {

/// The head of `response` on a connection that is kept, with room where the date goes.
std::string prepare_head(const Response& response);

/// Appends what prepare_head() made with `date` in it, as HttpServer gives it to a QuickAnswer.
void append_prepared_head(std::string& out, std::string_view head, std::string_view date);

} // namespace bookstore::net
