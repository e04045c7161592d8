#include "ctl/audit_read.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <bookstore/net/endpoint.hpp>

#include "ctl/shop_json.hpp"
#include "ctl/show.hpp"

namespace bookstore::ctl {
namespace {

using boost::asio::awaitable;
namespace json = boost::json;

/// One replica could not be asked, or made no sense. What is wrong, in words.
class Unheard : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A version moved: what was read before and after belongs to different moments.
class Moved : public std::exception {};

std::uint64_t header_number(const net::Response& response, std::string_view name) {
    const auto text = response.header(name);
    if (!text) throw Unheard("its answer has no " + std::string(name));
    return static_cast<std::uint64_t>(parse_integer(name, std::string(*text), 0, INT64_MAX));
}

/// Books that are asked for at once: a catalog gives this many.
constexpr std::size_t book_page = 2'000;

class Reader {
public:
    Reader(Context& context, std::string secret) : context_(context), secret_(std::move(secret)) {}

    awaitable<ShopFacts> read(const std::vector<ReplicaAddress>& replicas) {
        ShopFacts facts;
        for (const ReplicaAddress& replica : replicas) {
            ReplicaFacts& into = (replica.catalog ? facts.catalogs : facts.orders).emplace_back();
            into.name = replica.name;
            try {
                co_await heartbeat(replica, into);
                if (replica.catalog)
                    co_await books(replica, into);
                else if (is_new(facts.orders, into))
                    co_await orders(replica, into);
            } catch (const Moved&) {
                facts.moved = replica.name + " applied more while it was read";
                co_return facts;
            } catch (const std::exception& e) {
                into = {};
                into.name = replica.name;
                into.failure = e.what();
            }
        }
        facts.moved = co_await moved_since(replicas, facts);
        co_return facts;
    }

private:
    awaitable<net::Response> get(const ReplicaAddress& replica, std::string target) {
        net::HttpRequest request;
        request.target = std::move(target);
        if (!secret_.empty()) request.headers.emplace_back("Authorization", "Bearer " + secret_);
        const base::TimePoint deadline = context_.scheduler.now() + context_.options.timeout;
        auto answer = co_await context_.http.send(replica.endpoint, std::move(request), deadline);
        const std::string where = " at " + net::to_string(replica.endpoint);
        if (!answer) throw Unheard(answer.error().message() + where);
        if (answer->status != 200) throw Unheard(problem_text(*answer) + where);
        co_return std::move(*answer);
    }

    awaitable<void> heartbeat(const ReplicaAddress& replica, ReplicaFacts& into) {
        const net::Response answer = co_await get(replica, "/heartbeat");
        const json::value said = json::parse(answer.body);
        into.leader = said.at("leader").as_bool();
        into.version = said.at("version").to_number<std::uint64_t>();
        into.digest = std::string(said.at("digest").as_string());
    }

    awaitable<void> books(const ReplicaAddress& replica, ReplicaFacts& into) {
        Contents& contents = into.contents.emplace();
        std::uint64_t after = 0;
        for (std::size_t books = book_page; books == book_page;) {
            const net::Response answer = co_await get(replica, "/resync?limit=" + std::to_string(book_page) +
                                                                   "&after=" + std::to_string(after));
            if (header_number(answer, "Bookstore-Version") != into.version) throw Moved();
            into.recomputed = std::string(answer.header("Bookstore-Digest").value_or(""));
            into.unsettled = static_cast<std::int64_t>(header_number(answer, "Bookstore-Unsettled"));
            const json::value page = json::parse(answer.body);
            books = page.as_array().size();
            for (const json::value& book : page.as_array()) {
                after = book.at("id").to_number<std::uint64_t>();
                contents.entries.emplace(after, json::serialize(book));
                contents.copies[after] = book.at("sold").to_number<std::int64_t>();
            }
        }
    }

    awaitable<void> orders(const ReplicaAddress& replica, ReplicaFacts& into) {
        Contents& contents = into.contents.emplace();
        for (std::string after = "0"; !after.empty();) {
            const net::Response answer = co_await get(replica, "/v1/orders?after=" + after);
            if (header_number(answer, "Bookstore-Version") != into.version) throw Moved();
            const json::value page = json::parse(answer.body);
            for (const json::value& order : page.at("orders").as_array())
                take(order, contents);
            const json::value& next = page.at("next");
            after = next.is_null() ? "" : json::serialize(next);
        }
    }

    static void take(const json::value& order, Contents& contents) {
        contents.entries.emplace(order.at("order").to_number<std::uint64_t>(), json::serialize(order));
        contents.keys.emplace_back(order.at("key").as_string());
        for (const json::value& line : order.at("lines").as_array())
            contents.copies[line.at("item").to_number<std::uint64_t>()] +=
                line.at("quantity").to_number<std::int64_t>();
    }

    /// Those that say they have the same need not be read again.
    static bool is_new(const std::vector<ReplicaFacts>& read, const ReplicaFacts& replica) {
        return std::none_of(read.begin(), read.end(), [&](const ReplicaFacts& other) {
            return other.contents && other.version == replica.version && other.digest == replica.digest;
        });
    }

    /// Which replica is no longer as it was read, and why. Empty: all are.
    awaitable<std::string> moved_since(const std::vector<ReplicaAddress>& replicas, const ShopFacts& facts) {
        std::size_t catalog = 0, order = 0;
        for (const ReplicaAddress& replica : replicas) {
            const ReplicaFacts& before = replica.catalog ? facts.catalogs[catalog++] : facts.orders[order++];
            if (!before.failure.empty()) continue;
            ReplicaFacts now;
            try {
                co_await heartbeat(replica, now);
            } catch (const std::exception& e) {
                co_return replica.name + ": " + e.what();
            }
            if (now.version != before.version)
                co_return replica.name + " went from version " + std::to_string(before.version) + " to " +
                    std::to_string(now.version);
            if (now.digest != before.digest) co_return replica.name + " has another digest than a moment ago";
        }
        co_return std::string();
    }

    Context& context_;
    std::string secret_;
};

} // namespace

awaitable<std::vector<ReplicaAddress>> find_replicas(Context& context) {
    net::HttpRequest request;
    request.target = "/v1/status";
    const net::Response response = co_await context.shop.send(std::move(request), Repeat::always);
    require_success(response);
    std::vector<ReplicaAddress> found;
    try {
        const json::value status = json::parse(response.body);
        for (const json::value& replica : status.at("replicas").as_array()) {
            const std::string role(replica.at("role").as_string());
            if (role != "catalog" && role != "order") continue;
            const std::string address(replica.at("address").as_string());
            const auto endpoint = net::parse_endpoint(address, 0);
            if (!endpoint) throw CommandFailed("the frontend gives a strange address: " + printable(address));
            found.push_back({role == "catalog", role + " " + json::serialize(replica.at("id")), *endpoint});
        }
    } catch (const boost::system::system_error& e) {
        throw CommandFailed(std::string("the frontend's status makes no sense: ") + e.what());
    }
    co_return found;
}

awaitable<ShopFacts> read_facts(Context& context, std::vector<ReplicaAddress> replicas, std::string secret) {
    Reader reader(context, std::move(secret));
    co_return co_await reader.read(replicas);
}

} // namespace bookstore::ctl
