#pragma once
/// \file
/// HTTP/1 messages out of bytes: Beast's parser, with what a public server must refuse on top of it.
#include <cstddef>
#include <memory>
#include <string_view>

#include <bookstore/base/error.hpp>
#include <bookstore/net/http_message.hpp>

namespace bookstore::net {

struct ParserLimits {
    std::size_t header_bytes_max;
    std::size_t body_bytes_max;
};

enum class ParseState { need_more, done, failed };

/// One request after the other. Bytes may come in any pieces; a header must lie in one piece, so what is not
/// consumed is to be offered again with more behind it.
class RequestParser {
public:
    explicit RequestParser(ParserLimits limits);
    ~RequestParser();

    /// Forgets everything and begins a message.
    void start();
    /// Takes what it can from the front of `in`. Not to be called again before more bytes have come.
    ParseState feed(std::string_view& in);

    /// After `done`. The request is moved out.
    Request take();

    bool header_done() const;
    bool keep_alive() const; ///< as the version and `Connection` say
    bool is_upgrade() const; ///< `Connection: upgrade` on HTTP/1.1
    bool is_http_1_0() const;
    bool expects_continue() const;

    /// After `failed`: the status to answer with, and why.
    int failure_status() const;
    std::string_view failure_detail() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// One response. Interim answers (1xx but 101) are skipped.
class ResponseParser {
public:
    /// `to_head`: a response to HEAD, which has no body whatever its header says.
    ResponseParser(ParserLimits limits, bool to_head);
    ~ResponseParser();

    ParseState feed(std::string_view& in);
    /// The connection ended. True when that completes the message.
    bool end_of_stream();

    /// After `failed`: protocol_error, or too_large over a limit.
    boost::system::error_code failure() const;
    bool keep_alive() const;
    Response take();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bookstore::net
