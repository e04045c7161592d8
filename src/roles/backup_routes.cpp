#include "roles/backup_routes.hpp"

#include <charconv>
#include <chrono>
#include <optional>
#include <string>

#include <bookstore/net/problem.hpp>

#include "roles/group_member.hpp"

namespace bookstore::roles {
namespace {

using boost::asio::awaitable;

net::Response gone() {
    return net::problem(404, "There is no such backup: it is kept for a minute after it was last asked for.",
                        "unknown-backup");
}

net::Response refusal(boost::system::error_code failure) {
    if (failure == base::Errc::not_found) return gone();
    if (failure == base::Errc::overloaded) {
        const auto seconds = std::to_string(
            std::chrono::duration_cast<std::chrono::seconds>(BackupSource::in_use_for).count());
        const auto detail = "Another backup is being taken from this replica. It gives way when nobody has "
                            "asked for it for " +
                            seconds + " s.";
        return net::problem(409, detail, "backup-in-use").with("Retry-After", seconds);
    }
    if (failure == base::Errc::storage_failed)
        return net::problem_from(failure,
                                 "The snapshot could not be made: this replica's log says why. It needs "
                                 "as much room as the state has, above the reserve.");
    return net::problem_from(failure);
}

awaitable<net::Response> begin(BackupSource& source, net::Request request) {
    const auto name = co_await source.begin(request.deadline);
    if (!name) co_return refusal(name.error());
    co_return net::json_response(R"({"backup":")" + *name + "\"}", 201);
}

awaitable<net::Response> look(BackupSource& source, net::Request request) {
    const auto made = source.look(request.captures.at(0));
    if (!made) co_return refusal(made.error());
    std::string body = std::string(R"({"complete":)") + (made->complete ? "true" : "false");
    if (made->complete) {
        const auto& summary = made->summary;
        body += R"(,"generation":)" + std::to_string(made->generation);
        body += R"(,"version":)" + std::to_string(summary.position.index);
        body += R"(,"term":)" + std::to_string(summary.position.term);
        body += R"(,"rows":)" + std::to_string(summary.rows);
        body += R"(,"bytes":)" + std::to_string(summary.bytes);
        body += R"(,"digest":")" + digest_text(summary.digest) + "\"";
    }
    co_return net::json_response(body + "}");
}

std::optional<std::uint64_t> offset_in(const net::Request& request) {
    const auto text = request.parameter("offset").value_or("");
    std::uint64_t offset = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), offset);
    const bool whole = failure == std::errc{} && end == text.data() + text.size();
    return whole && offset <= INT64_MAX ? std::optional(offset) : std::nullopt;
}

awaitable<net::Response> read(BackupSource& source, net::Request request) {
    const auto offset = offset_in(request);
    if (!offset) co_return net::problem(400, "The parameter \"offset\" must be a number of bytes.");
    auto piece = co_await source.read(request.captures.at(0), *offset);
    if (!piece) co_return refusal(piece.error());
    net::Response response;
    response.content_type = "application/octet-stream";
    response.body = std::move(*piece);
    co_return response;
}

awaitable<net::Response> drop(BackupSource& source, net::Request request) {
    source.drop(request.captures.at(0));
    net::Response response;
    response.status = 204;
    co_return response;
}

} // namespace

std::vector<net::Route> backup_routes(BackupSource& source) {
    using enum net::Verb;
    constexpr auto access = net::Access::internal;
    const auto to = [&source](auto handler) {
        return [&source, handler](net::Request request) { return handler(source, std::move(request)); };
    };
    return {
        {post, "/v1/backup", to(&begin), access},
        {get, "/v1/backup/{backup}", to(&look), access},
        {get, "/v1/backup/{backup}/bytes", to(&read), access},
        {delete_, "/v1/backup/{backup}", to(&drop), access},
    };
}

} // namespace bookstore::roles
