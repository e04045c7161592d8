#pragma once
/// \file
/// GET /v1/status on paper.
#include <string>

#include <bookstore/ctl/text_table.hpp>
#include <bookstore/net/endpoint.hpp>
#include <bookstore/net/http_message.hpp>

namespace bookstore::ctl {

/// `seen_by`: the frontend that answered. Throws CommandFailed when the answer is not a status.
std::string show_status(const net::Response& response, const net::Endpoint& seen_by, const Style& style);

} // namespace bookstore::ctl
