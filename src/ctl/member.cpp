#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "ctl/audit_read.hpp"
#include "ctl/secret.hpp"
#include "ctl/shop_json.hpp"

namespace bookstore::ctl {
namespace {

using boost::asio::awaitable;
namespace json = boost::json;

constexpr std::string_view groups[] = {"catalog", "order"};

/// What the arguments ask for, checked before anything is sent.
struct Wish {
    enum class Kind { list, add, remove } kind = Kind::list;
    std::vector<std::string> groups;
    std::int64_t slot = 0; ///< to add
    std::string node;      ///< to remove
};

std::string parse_group(const std::string& text) {
    if (std::ranges::find(groups, text) == std::end(groups))
        throw UsageError("group '" + text + "': allowed is catalog or order");
    return text;
}

std::string parse_node(const std::string& text) {
    const bool hex =
        std::ranges::all_of(text, [](char c) { return std::isxdigit(static_cast<unsigned char>(c)); });
    if (text.size() != 16 || !hex)
        throw UsageError("node '" + text +
                         "': allowed are 16 hexadecimal digits, as `member list` shows them");
    return text;
}

Wish wish_of(const std::vector<std::string>& arguments) {
    const std::string& verb = arguments.front();
    if (verb == "list" && arguments.size() <= 2) {
        if (arguments.size() == 2) return {Wish::Kind::list, {parse_group(arguments[1])}, 0, {}};
        return {Wish::Kind::list, {std::begin(groups), std::end(groups)}, 0, {}};
    }
    if (verb == "add" && arguments.size() == 3)
        return {
            Wish::Kind::add, {parse_group(arguments[1])}, parse_integer("slot", arguments[2], 0, 255), {}};
    if (verb == "remove" && arguments.size() == 3)
        return {Wish::Kind::remove, {parse_group(arguments[1])}, 0, parse_node(arguments[2])};
    throw UsageError("member " + verb +
                     ": allowed are member list [GROUP], member add GROUP SLOT and member " +
                     "remove GROUP NODE");
}

std::string text_of(const json::object& from, std::string_view member) {
    return printable(std::string_view(from.at(member).as_string()));
}

void add_rows(TextTable& table, const net::Response& response, const Style& style) {
    with_json(response, [&](const json::value& answer) {
        const std::string group = text_of(answer.as_object(), "group");
        for (const json::value& one : answer.at("members").as_array()) {
            const json::object& member = one.as_object();
            std::string standing = text_of(member, "standing");
            if (member.at("leader").as_bool()) standing += ", leads";
            if (member.at("tie_breaker").as_bool()) standing += ", tie-breaker";
            const bool answers = member.at("answers").as_bool();
            table.add({group, json::serialize(member.at("slot")), text_of(member, "node"),
                       text_of(member, "address"), standing, answers ? "yes" : style.red("no"),
                       json::serialize(member.at("durable"))});
        }
        return 0;
    });
}

/// Asks the group's replicas in turn: each passes it on to the leader.
class Group {
public:
    Group(Context& context, const std::vector<ReplicaAddress>& replicas, std::string_view name,
          std::string secret)
        : client_(context.http, context.scheduler, endpoints(replicas, name), context.options.timeout,
                  std::move(secret)) {}

    /// May be sent again: a change that is made already does no harm.
    awaitable<net::Response> send(net::Verb verb, std::string target, std::string body) {
        net::HttpRequest request;
        request.verb = verb;
        request.target = std::move(target);
        request.body = std::move(body);
        co_return co_await client_.send(std::move(request), Repeat::always);
    }

private:
    static std::vector<net::Endpoint> endpoints(const std::vector<ReplicaAddress>& replicas,
                                                std::string_view name) {
        std::vector<net::Endpoint> found;
        for (const ReplicaAddress& replica : replicas)
            if (replica.catalog == (name == "catalog")) found.push_back(replica.endpoint);
        if (found.empty()) throw CommandFailed("the shop has no " + std::string(name) + " replica");
        return found;
    }

    ShopClient client_;
};

awaitable<int> list(Context& context, Wish wish, std::vector<ReplicaAddress> replicas, std::string secret) {
    TextTable table({{"group", Align::left},
                     {"slot", Align::right},
                     {"node", Align::left},
                     {"address", Align::left},
                     {"standing", Align::left},
                     {"answers", Align::left},
                     {"durable", Align::right}});
    for (const std::string& name : wish.groups) {
        Group group(context, replicas, name, secret);
        const net::Response response = co_await group.send(net::Verb::get, "/v1/members", {});
        require_success(response);
        if (context.json())
            context.out << response.body << "\n";
        else
            add_rows(table, response, context.style);
    }
    if (!context.json()) context.out << table.text(context.style);
    co_return 0;
}

awaitable<int> change(Context& context, Wish wish, std::vector<ReplicaAddress> replicas, std::string secret) {
    Group group(context, replicas, wish.groups.front(), std::move(secret));
    const bool adds = wish.kind == Wish::Kind::add;
    std::string target = adds ? "/v1/members" : "/v1/members/" + wish.node;
    std::string body = adds ? "{\"slot\":" + std::to_string(wish.slot) + "}" : "";
    const net::Response response =
        co_await group.send(adds ? net::Verb::post : net::Verb::delete_, std::move(target), std::move(body));
    if (response.status == 409) throw CommandFailed("refused: " + problem_text(response));
    require_success(response);
    if (context.json())
        context.out << response.body << "\n";
    else
        context.out << (adds ? "added, and a voter when it has caught up: " : "removed: ")
                    << with_json(response,
                                 [](const json::value& v) { return text_of(v.as_object(), "node"); })
                    << "\n";
    co_return 0;
}

awaitable<int> member(Context& context) {
    Wish wish = wish_of(context.options.arguments);
    std::string secret = cluster_secret(context.options);
    auto replicas = co_await find_replicas(context);
    if (wish.kind == Wish::Kind::list)
        co_return co_await list(context, std::move(wish), std::move(replicas), std::move(secret));
    co_return co_await change(context, std::move(wish), std::move(replicas), std::move(secret));
}

constexpr CommandOption options[] = {
    {"secret-file", "FILE", "The cluster's credential, when it has one."},
};

} // namespace

const Command member_command{
    .name = "member",
    .synopsis = "list|add|remove ...",
    .summary = "Shows or changes who counts in a group.",
    .details =
        "`member list [GROUP]`, `member add GROUP SLOT`, `member remove GROUP NODE`.\n\n"
        "GROUP is catalog or order. `member list` shows every node: its slot, which is its place in\n"
        "the configuration, its standing, whether it answers the leader, and how far its log is durable.\n"
        "A voter counts; a learner is being sent everything and becomes a voter when it has caught up; a\n"
        "guest has asked to join. A node is one life of one disk: a replica that lost its disk comes back\n"
        "as another node, and takes its place by itself once the old one is silent. `member add` admits the\n"
        "guest in a slot at once; `member remove` takes a node out for good: it is told, and refused from\n"
        "then on. What would leave too few that answer is refused.\n",
    .options = options,
    .arguments_min = 1,
    .arguments_max = 3,
    .run = &member,
};

} // namespace bookstore::ctl
