#pragma once
/// \file
/// Limits that several layers share and that are no configuration key. Bytes and counts.
#include <cstddef>

namespace bookstore::base::limits {

constexpr std::size_t idempotency_key_bytes_max = 255;
constexpr std::size_t lines_per_order_max = 100;
constexpr std::size_t quantity_max = 1'000'000;
constexpr std::size_t title_bytes_max = 500;
constexpr std::size_t topic_bytes_max = 100;
constexpr std::size_t query_bytes_max = 200;  ///< of ?q=
constexpr std::size_t page_books_max = 1'000; ///< of ?limit=
constexpr std::size_t page_books_default = 100;
constexpr std::size_t page_orders_max = 1'000;
constexpr std::size_t frame_bytes_max = 8u
                                        << 20; ///< one frame of a peer stream, checked before memory is taken
constexpr std::size_t peer_queue_bytes_max = 32u << 20; ///< waiting for one peer's socket; more is dropped
constexpr std::size_t command_bytes_max = 1u << 20;
constexpr std::size_t batch_bytes_max = 1u << 20; ///< commands of one log entry
constexpr std::size_t batch_commands_max = 4'096;
constexpr std::size_t proposals_waiting_max = 16'384;

} // namespace bookstore::base::limits
