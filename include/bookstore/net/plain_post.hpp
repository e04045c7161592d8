#pragma once
/// \file
/// POSTs that are answered without the router: taken on as they come, answered when the answer is there.
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include <bookstore/base/time.hpp>
#include <bookstore/net/http_message.hpp>

namespace bookstore::net {

/// All that matters of such a request. Its views live until it is answered, or whoever was given it returns.
struct PlainPost {
    std::string_view target; ///< as sent, in origin form, nothing in it percent-encoded
    std::optional<std::string_view> content_type;
    std::optional<std::string_view> idempotency_key;
    std::string_view body;
    base::TimePoint deadline; ///< when the answer must have been given
};

/// A client that waits for one answer.
class Asker {
public:
    virtual void answer(const Response& response) = 0;
    /// There will be no answer.
    virtual void abandon() = 0;

protected:
    ~Asker() = default;
};

/// The duty to answer a client, which owns what is kept for it: whoever drops it ends the connection, as
/// happens when the process ends. Loop thread only.
class Reply {
public:
    explicit Reply(Asker& asker) : asker_(&asker) {}

    /// Once. Nothing that waits is resumed inside this call.
    void give(const Response& response) && { asker_.release()->answer(response); }

private:
    struct Abandon {
        void operator()(Asker* asker) const { asker->abandon(); }
    };
    std::unique_ptr<Asker, Abandon> asker_;
};

/// Takes a request on, by moving its reply away, and answers it now or later; or leaves the reply alone and
/// returns false: the router is asked then, and must mean the same.
using PostHandler = std::function<bool(const PlainPost& post, Reply& reply)>;

} // namespace bookstore::net
