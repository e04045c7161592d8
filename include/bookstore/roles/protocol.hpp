#pragma once
/// \file
/// The internal protocol: every method between processes, with its request and answer.
/// The replicas' own methods (Raft, forwarding, snapshots) are replication/methods.hpp, from the bases below.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/error.hpp>
#include <bookstore/base/limits.hpp>
#include <bookstore/base/time.hpp>
#include <bookstore/net/transport.hpp>
#include <bookstore/shop/catalog_command.hpp>
#include <bookstore/shop/order.hpp>
#include <bookstore/shop/tags.hpp>

namespace bookstore::roles {

inline constexpr std::uint16_t catalog_group_methods = 0x0100;
inline constexpr std::uint16_t order_group_methods = 0x0200;

namespace method {
// frontend → any catalog replica: Query → QueryAnswer
inline constexpr net::Method query{0x1000};
// order leader → catalog leader: UnsettledRequest → UnsettledAnswer
inline constexpr net::Method unsettled{0x1001};
// frontend → catalog leader: LeaseRequest → LeaseAnswer
inline constexpr net::Method lease{0x1002};
// catalog leader → frontend: Invalidation → InvalidationAnswer
inline constexpr net::Method invalidate{0x1003};
// catalog leader → frontend, a notice: NewLeader. Register now.
inline constexpr net::Method new_leader{0x1004};
// frontend → any order replica: Purchases → PurchaseAnswers
inline constexpr net::Method purchase{0x2000};
// frontend → any order replica: FindOrderRequest → FindOrderAnswer
inline constexpr net::Method find_order{0x2001};
} // namespace method

/// What a reader asks for, and in which shape. The same request always has the same cache_key().
struct Query {
    enum class Shape : std::uint8_t {
        lookup, ///< {"books": [book]}          original surface; 404 when there is none
        search, ///< {"books": [...]}           original surface, a whole topic
        book,   ///< the book itself            /v1/books/{id}; 404 when there is none
        page,   ///< {"books": [...], "next":}  /v1/books
    };
    Shape shape = Shape::lookup;
    std::uint64_t item = 0;            ///< lookup, book
    std::optional<std::string> topic;  ///< search, page
    std::optional<std::string> words;  ///< page: full-text search over the titles
    std::uint64_t after = 0;           ///< page: ids above this one
    std::uint64_t limit = 0;           ///< page: 1 to limits::page_books_max
    std::uint64_t minimum_version = 0; ///< the fence: not from a state older than this; not in the key

    std::string cache_key() const;
    /// Tags known before the answer is: for the fence of a miss. The answer depends on more (the books that
    /// it shows), but what is announced for one of those raises the fence of its topic or, by "new", every
    /// fence: so an answer as new as these fences may be shown. Whether it may be kept its own tags decide.
    std::vector<shop::Tag> tags() const;
};

/// How long the tiers below a frontend took over one request, each from when it had the request until it had
/// the answer; none where a tier was not asked.
struct TierTimes {
    std::optional<base::Duration> order, catalog;
};

struct QueryAnswer {
    int status = 200;            ///< 200, or 404 with a problem+json body
    std::string body;            ///< ready to send
    std::uint64_t version = 0;   ///< commit index that it was read at
    std::vector<shop::Tag> tags; ///< everything that it depends on
    TierTimes times{};
};

struct LeaseRequest {
    std::uint32_t frontend = 0;
    std::uint64_t session = 0;
    std::uint64_t known_term = 0; ///< 0: registering
};
struct LeaseAnswer {
    std::uint64_t term = 0;
    std::uint64_t fence = 0;
    std::uint64_t duration_us = 0;
    std::uint64_t epoch = 0;
};

struct Invalidation {
    std::uint64_t term = 0;    ///< of the leader that is about to write
    std::uint64_t index = 0;   ///< that the write will get
    std::uint64_t session = 0; ///< whose lease this is about; another session answers not_ready
    std::vector<shop::Tag> tags;
};
struct InvalidationAnswer {
    std::uint64_t session = 0;
};

struct NewLeader {
    std::uint64_t term = 0;
    std::uint32_t slot = 0; ///< in the catalog group
};

struct Purchase {
    std::string key;
    std::vector<shop::Line> lines;
};
/// How a purchase ended; what could not be established is the call's error instead.
struct PurchaseAnswer {
    enum class Result : std::uint8_t { bought, out_of_stock, unknown_item, key_reused };
    Result result = Result::bought;
    shop::Order order;                     ///< bought
    std::vector<shop::Shortage> shortages; ///< out_of_stock
    std::uint64_t item = 0;                ///< unknown_item
    TierTimes times{};
};

/// Purchases that travel together. Each keeps an outcome of its own.
struct Purchases {
    static constexpr std::size_t count_max = 256;
    /// Of all of them: with the longest titles and keys, what becomes of them fits one command's size.
    static constexpr std::size_t lines_max = 512;

    std::vector<Purchase> purchases;
};
static_assert(Purchases::lines_max >= base::limits::lines_per_order_max);
static_assert(Purchases::lines_max * (base::limits::title_bytes_max + 40) +
                  Purchases::count_max * (base::limits::idempotency_key_bytes_max + 40) <
              base::limits::command_bytes_max);
/// In the order of the purchases, as many. A failure is an Errc.
struct PurchaseAnswers {
    std::vector<base::result<PurchaseAnswer>> answers;
};

/// Which sales are unsettled that were made at version `until` or before? Versions, not times: what the asker
/// was told long enough ago to have been the latest version is old by the asker's own monotonic clock.
struct UnsettledRequest {
    std::uint64_t until = 0;
    std::uint64_t limit = 0;
};
struct UnsettledAnswer {
    struct Sale {
        std::string key;
        shop::Sold sold;
    };
    /// Of one answer: what can be recorded in one proposal, as purchases that travel together can.
    static constexpr std::uint64_t sales_max = Purchases::count_max;
    static constexpr std::size_t lines_max = Purchases::lines_max;

    std::vector<Sale> sales;   ///< the oldest
    std::uint64_t version = 0; ///< that the leader has applied
};

struct FindOrderRequest {
    std::uint64_t number = 0;
};
struct FindOrderAnswer {
    std::optional<shop::Order> order;
};

std::string encode(const Query&);
std::string encode(const QueryAnswer&);
std::string encode(const LeaseRequest&);
std::string encode(const LeaseAnswer&);
std::string encode(const Invalidation&);
std::string encode(const InvalidationAnswer&);
std::string encode(const NewLeader&);
std::string encode(const UnsettledRequest&);
std::string encode(const UnsettledAnswer&);
std::string encode(const Purchase&);
std::string encode(const PurchaseAnswer&);
std::string encode(const Purchases&);
std::string encode(const PurchaseAnswers&);
std::string encode(const FindOrderRequest&);
std::string encode(const FindOrderAnswer&);

/// Errc::corrupt for anything encode() did not write. `Message` is one of the structs above.
template <typename Message>
base::result<Message> decode(std::string_view bytes);

/// encode(Purchases), one purchase after the other from wherever they are.
class PurchasesWriter {
public:
    explicit PurchasesWriter(std::size_t count) { out_.varint(count); }
    void add(const Purchase& purchase); ///< `count` times
    std::string take() { return out_.take(); }

private:
    base::ByteWriter out_;
};

/// decode<PurchaseAnswers>(), one answer after the other: each is done with before the next takes memory.
/// What is behind the last is not looked at. `bytes` outlive the reader.
class PurchaseAnswersReader {
public:
    explicit PurchaseAnswersReader(std::string_view bytes);

    /// How many there are; corrupt when that cannot be.
    base::result<std::size_t> count() const;
    /// `count` times; corrupt from the first on that is.
    base::result<PurchaseAnswer> next();

private:
    base::ByteReader in_;
    std::size_t count_;
};

} // namespace bookstore::roles
