#pragma once
/// \file
/// What the request's and the response's parser share: Beast's basic_parser, driven and narrowed.
#include <string>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "net/http_parser.hpp"

namespace bookstore::net {

namespace http = boost::beast::http;

/// Collects the header and the body. Refuses what makes two parsers disagree about where a message ends
/// (RFC 9112, section 6.3): repeated framing fields, any coding but "chunked", both framings at once.
template <bool is_request>
class MessageParser : public http::basic_parser<is_request> {
public:
    using error_code = boost::system::error_code;
    using beast_view = boost::beast::string_view;

    explicit MessageParser(ParserLimits limits) : header_bytes_max_(limits.header_bytes_max) {
        this->header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
        this->body_limit(limits.body_bytes_max);
        this->eager(true);
    }

    /// Consumes from the front of `in`.
    ParseState feed(std::string_view& in, error_code& ec) {
        ec = {};
        // Beast's parser asserts that a final chunk is not looked at again with less than its smallest size.
        constexpr std::size_t final_chunk_bytes = 5;
        if (in.empty() || (this->is_header_done() && this->chunked() && in.size() < final_chunk_bytes))
            return ParseState::need_more;
        in.remove_prefix(this->put(boost::asio::buffer(in), ec));
        if (ec && ec != http::error::need_more) return ParseState::failed;
        return this->is_done() ? ParseState::done : ParseState::need_more;
    }

    Headers headers;
    std::string body;

protected:
    void on_field_impl(http::field field, beast_view name, beast_view value, error_code& ec) override {
        if (this->is_header_done()) return;                     // a trailer field: nothing here uses them
        count_header_bytes(name.size() + value.size() + 3, ec); // ":" and the line's end
        if (field == http::field::content_length) {
            const bool is_list = value.find(',') != beast_view::npos;
            if (std::exchange(has_length_, true) || is_list) ec = http::error::multiple_content_length;
        }
        if (field == http::field::transfer_encoding) {
            if (std::exchange(has_coding_, true) || !boost::beast::iequals(value, "chunked") ||
                this->version_1_0)
                ec = http::error::bad_transfer_encoding;
        }
        if (has_length_ && has_coding_) ec = http::error::bad_transfer_encoding;
        if (!ec) headers.emplace_back(std::string(name), std::string(value));
    }
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
        constexpr std::uint64_t reserved_max = 1u << 20; // a length is a promise only
        if (length) body.reserve(static_cast<std::size_t>(std::min(*length, reserved_max)));
    }
    std::size_t on_body_impl(beast_view piece, error_code&) override {
        body.append(piece.data(), piece.size());
        return piece.size();
    }
    std::size_t on_chunk_body_impl(std::uint64_t, beast_view piece, error_code&) override {
        body.append(piece.data(), piece.size());
        return piece.size();
    }
    void on_chunk_header_impl(std::uint64_t, beast_view, error_code&) override {}
    void on_finish_impl(error_code&) override {}

    /// Beast holds its limit against what is offered at a time only; a header may come in many pieces.
    void count_header_bytes(std::size_t bytes, error_code& ec) {
        header_bytes_ += bytes;
        if (header_bytes_ > header_bytes_max_) ec = http::error::header_limit;
    }

    bool version_1_0 = false;

private:
    std::size_t header_bytes_max_;
    std::size_t header_bytes_ = 0;
    bool has_length_ = false;
    bool has_coding_ = false;
};

} // namespace bookstore::net
