#include "roles/member_routes.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <bookstore/net/problem.hpp>
#include <bookstore/roles/json.hpp>

#include "roles/group_member.hpp"

namespace bookstore::roles {
namespace {

using boost::asio::awaitable;
using consensus::Change;
using consensus::NodeId;
using consensus::Objection;
using replication::MemberStatus;
using Members = std::vector<MemberStatus>;

std::string_view to_string(MemberStatus::Standing standing) {
    switch (standing) {
    case MemberStatus::Standing::voter:
        return "voter";
    case MemberStatus::Standing::learner:
        return "learner";
    case MemberStatus::Standing::guest:
        break;
    }
    return "guest";
}

std::string_view to_string(bool value) {
    return value ? "true" : "false";
}

/// 16 hexadecimal digits: JSON's numbers do not hold 64 bits.
std::string node_text(NodeId node) {
    return digest_text(number(node));
}

std::optional<NodeId> parse_node(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (failure != std::errc{} || end != text.data() + text.size() || text.size() != 16) return std::nullopt;
    return NodeId{value};
}

void append_member(std::string& body, const MemberStatus& member, const cluster::Group& group) {
    body += R"({"node":")" + node_text(member.node) + R"(","slot":)" + std::to_string(member.slot);
    if (member.slot < group.slots.size()) {
        body += R"(,"address":)";
        json::append_string(body, net::to_string(group.slots[member.slot].endpoint));
        body.append(R"(,"tie_breaker":)").append(to_string(group.slots[member.slot].tie_breaker));
    }
    body.append(R"(,"standing":")").append(to_string(member.standing));
    body.append(R"(","leader":)").append(to_string(member.leader));
    body.append(R"(,"answers":)").append(to_string(member.answers));
    body += R"(,"durable":)" + std::to_string(member.match) + "}";
}

std::string text_of(Objection objection) {
    switch (objection) {
    case Objection::not_leader:
    case Objection::handing_over:
        return "Leadership is changing; try again.";
    case Objection::too_early:
        return "The leader is new; try again.";
    case Objection::busy:
        return "The change before it is not made yet; try again.";
    case Objection::unknown_node:
        return "No such node belongs to the group.";
    case Objection::already_so:
        return "That is so already.";
    case Objection::behind:
        return "The learner has not caught up, or does not answer.";
    case Objection::last_voter:
        return "It is the last voter: nobody would be left.";
    case Objection::would_stall:
        break;
    }
    return "Too few of those who would be left are answering: the group would come to a stop.";
}

net::Response answer_to(const base::result<replication::ChangeOutcome>& outcome, NodeId node) {
    if (!outcome) return net::problem_from(outcome.error());
    if (!outcome->objection) return net::json_response(R"({"node":")" + node_text(node) + "\"}");
    const Objection objection = *outcome->objection;
    if (objection == Objection::unknown_node) return net::problem(404, text_of(objection), "unknown-member");
    return net::problem(409, text_of(objection), "change-refused");
}

/// {"slot": n}
std::optional<unsigned> parse_slot(std::string_view body, std::size_t slots) {
    boost::system::error_code failure;
    const auto value = boost::json::parse(body, failure);
    if (failure || !value.is_object() || value.get_object().size() != 1) return std::nullopt;
    const auto* slot = value.get_object().if_contains("slot");
    if (slot == nullptr || !slot->is_int64() || slot->get_int64() < 0) return std::nullopt;
    const auto given = static_cast<std::uint64_t>(slot->get_int64());
    return given < slots ? std::optional(static_cast<unsigned>(given)) : std::nullopt;
}

awaitable<net::Response> list(replication::Engine& engine, const cluster::Group& group,
                              net::Request request) {
    const auto members = co_await engine.members(request.deadline);
    if (!members) co_return net::problem_from(members.error());
    std::string body = R"({"group":")" + group.name() + R"(","members":[)";
    for (const MemberStatus& member : *members) {
        if (body.back() == '}') body += ',';
        append_member(body, member, group);
    }
    co_return net::json_response(body + "]}");
}

awaitable<net::Response> add(replication::Engine& engine, const cluster::Group& group, net::Request request) {
    const auto slot = parse_slot(request.body, group.slots.size());
    if (!slot)
        co_return net::problem(400, "Give {\"slot\": n}; this group has the slots 0 to " +
                                        std::to_string(group.slots.size() - 1) + ".");
    const auto members = co_await engine.members(request.deadline);
    if (!members) co_return net::problem_from(members.error());
    const auto asked = std::ranges::find_if(*members, [&](const MemberStatus& member) {
        return member.slot == *slot && member.standing == MemberStatus::Standing::guest;
    });
    if (asked == members->end())
        co_return net::problem(409, "Nobody in slot " + std::to_string(*slot) + " waits to be added.",
                               "change-refused");
    const NodeId node = asked->node;
    const Change change{Change::Kind::add_learner, node};
    const auto outcome = co_await engine.change_member(change, request.deadline);
    co_return answer_to(outcome, node);
}

awaitable<net::Response> remove(replication::Engine& engine, net::Request request) {
    const auto node = parse_node(request.captures.at(0));
    if (!node)
        co_return net::problem(400, "A node is named by 16 hexadecimal digits; GET /v1/members shows them.");
    const Change change{Change::Kind::remove, *node};
    const auto outcome = co_await engine.change_member(change, request.deadline);
    co_return answer_to(outcome, *node);
}

} // namespace

std::vector<net::Route> member_routes(replication::Engine& engine, const cluster::Group& group) {
    using enum net::Verb;
    constexpr auto access = net::Access::internal;
    return {
        {get, "/v1/members", [&](net::Request r) { return list(engine, group, std::move(r)); }, access},
        {post, "/v1/members", [&](net::Request r) { return add(engine, group, std::move(r)); }, access},
        {delete_, "/v1/members/{node}", [&](net::Request r) { return remove(engine, std::move(r)); }, access},
    };
}

} // namespace bookstore::roles
