#include "ctl/replica_snapshot.hpp"

#include <charconv>

#include "ctl/shop_json.hpp"

namespace bookstore::ctl {
namespace {

using boost::asio::awaitable;
using offline::BackupPart;
namespace json = boost::json;

constexpr base::Duration look_again = base::milliseconds(100);
constexpr int tries = 3;

std::uint64_t number_in(const json::value& from, std::string_view member) {
    return from.at(member).to_number<std::uint64_t>();
}

std::optional<BackupPart> part_from(const json::value& said) {
    if (!said.at("complete").as_bool()) return std::nullopt;
    const std::string_view digits = said.at("digest").as_string();
    BackupPart part;
    part.generation = number_in(said, "generation");
    part.version = number_in(said, "version");
    part.term = number_in(said, "term");
    part.rows = number_in(said, "rows");
    part.bytes = number_in(said, "bytes");
    const auto* const end = digits.data() + digits.size();
    if (std::from_chars(digits.data(), end, part.digest, 16).ptr != end)
        throw CommandFailed("a digest that is none");
    return part;
}

} // namespace

awaitable<void> pause_between_looks(Context& context) {
    const bool interrupted = co_await context.interruption.sleep(look_again);
    if (interrupted) throw CommandFailed("interrupted");
}

awaitable<std::optional<int>> ReplicaSnapshot::rank() {
    const auto answer = co_await send(net::Verb::get, "/heartbeat");
    if (!answer || answer->status != 200) co_return std::nullopt;
    co_return with_json(*answer, [](const json::value& said) {
        const int leader = said.at("leader").as_bool() ? 1 : 0;
        return said.at("ready").as_bool() ? std::optional(leader) : std::nullopt;
    });
}

awaitable<void> ReplicaSnapshot::begin() {
    const net::Response begun = co_await ask(net::Verb::post, "/v1/backup");
    target_ = with_json(begun, [](const json::value& said) {
        return "/v1/backup/" + std::string(said.at("backup").as_string());
    });
}

awaitable<std::optional<BackupPart>> ReplicaSnapshot::look() {
    const net::Response answer = co_await ask(net::Verb::get, target_);
    co_return with_json(answer, part_from);
}

awaitable<BackupPart> ReplicaSnapshot::complete() {
    for (;;) {
        const auto part = co_await look();
        if (part) co_return *part;
        co_await pause_between_looks(*context_);
    }
}

awaitable<std::string> ReplicaSnapshot::read(std::uint64_t offset) {
    net::Response piece = co_await ask(net::Verb::get, target_ + "/bytes?offset=" + std::to_string(offset));
    co_return std::move(piece.body);
}

awaitable<void> ReplicaSnapshot::drop() {
    co_await send(net::Verb::delete_, target_);
}

awaitable<base::result<net::Response>> ReplicaSnapshot::send(net::Verb verb, std::string target) {
    net::HttpRequest request;
    request.verb = verb;
    request.target = std::move(target);
    if (!secret_.empty()) request.headers.emplace_back("Authorization", "Bearer " + secret_);
    const auto deadline = context_->scheduler.now() + context_->options.timeout;
    co_return co_await context_->http.send(replica_.endpoint, std::move(request), deadline);
}

/// Each of these may be repeated.
awaitable<net::Response> ReplicaSnapshot::ask(net::Verb verb, std::string target) {
    base::result<net::Response> answer = base::Errc::unreachable;
    for (int i = 0; i < tries && !answer; ++i)
        answer = co_await send(verb, target);
    if (!answer) throw CommandFailed(replica_.name + ": " + answer.error().message());
    if (answer->status >= 300) throw CommandFailed(replica_.name + ": " + problem_text(*answer));
    co_return std::move(*answer);
}

} // namespace bookstore::ctl
