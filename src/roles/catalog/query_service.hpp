#pragma once
/// \file
/// Reading the catalogue at one replica: queries into answers that are ready to send.
#include <boost/asio/awaitable.hpp>

#include <bookstore/base/error.hpp>
#include <bookstore/roles/protocol.hpp>
#include <bookstore/shop/catalog_state.hpp>
#include <bookstore/storage/text_index.hpp>

#include "roles/catalog/replica.hpp"

namespace bookstore::roles::catalog {

/// The answer to `query` from `state`, read at `version`. Refused: invalid_argument for limits that no
/// frontend lets through, not_ready before the shop is open, too_large for a topic whose books do not fit one
/// message (they can be had page by page).
base::result<QueryAnswer> answer_query(const Query& query, const shop::CatalogState& state,
                                       const storage::TextIndex& titles, std::uint64_t version);

/// Thread: the loop. What it is given outlives it.
class QueryService {
public:
    QueryService(base::Scheduler& scheduler, Replica& replica, const storage::TextIndex& titles);

    /// Waits a little for query.minimum_version; not_ready when this replica has not come that far, or is not
    /// serving at all.
    boost::asio::awaitable<base::result<QueryAnswer>> answer(Query query, base::TimePoint deadline);
    /// Linearizable from any replica: asks the leader first how far it is.
    boost::asio::awaitable<base::result<QueryAnswer>> answer_latest(Query query, base::TimePoint deadline);

private:
    base::result<QueryAnswer> answer_now(const Query& query) const;

    base::Scheduler& scheduler_;
    Replica& replica_;
    const storage::TextIndex& titles_;
};

} // namespace bookstore::roles::catalog
