#include "net/http_metrics.hpp"

#include <algorithm>
#include <utility>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

namespace bookstore::net {
namespace {

constexpr std::array<std::string_view, rejections_count> reasons{
    "connections",  "gave_way",   "queue_time",   "header_time", "body_time",
    "request_time", "write_time", "header_bytes", "body_bytes",  "malformed"};

const std::vector<double> second_bounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                        0.025,  0.05,    0.1,    0.25,  0.5,    1,     2.5};

} // namespace

HttpMetrics::HttpMetrics(base::Metrics& metrics)
    : connections_(metrics.gauge("bookstored_http_connections", "HTTP connections that are open.")),
      seconds_(metrics.histogram("bookstored_http_request_seconds",
                                 "Time from a request's last byte to its answer's being written.",
                                 second_bounds)),
      held_by_time_(second_bounds.size() + 1) {
    for (std::size_t digit = 1; digit < answers_.size(); ++digit) {
        answers_[digit] =
            &metrics.counter("bookstored_http_requests_total", "Requests answered, by class of status.",
                             {{"code", std::to_string(digit) + "xx"}});
    }
    for (std::size_t why = 0; why < rejections_count; ++why) {
        rejections_[why] =
            &metrics.counter("bookstored_http_rejected_total",
                             "Connections and requests refused or cut off, by the limit they met.",
                             {{"reason", std::string(reasons[why])}});
    }
}

void HttpMetrics::connections(std::size_t open) {
    const auto own = static_cast<double>(open);
    connections_.Increment(own - std::exchange(own_connections_, own));
}

void HttpMetrics::answered(int status, base::Duration took) {
    if (auto* counter = answers_[static_cast<std::size_t>(status / 100) % answers_.size()])
        counter->Increment();
    seconds_.Observe(std::chrono::duration<double>(took).count());
}

void HttpMetrics::answered_at_once(int status) {
    ++held_[static_cast<std::size_t>(status / 100) % held_.size()];
    ++untimed_;
}

void HttpMetrics::took_at_once(base::Duration took) {
    const double seconds = std::chrono::duration<double>(took).count();
    const auto count = static_cast<double>(std::exchange(untimed_, 0));
    const auto bucket = std::lower_bound(second_bounds.begin(), second_bounds.end(), seconds);
    held_by_time_[static_cast<std::size_t>(bucket - second_bounds.begin())] += count;
    held_seconds_ += seconds * count;
    holding_ = true;
}

void HttpMetrics::settle() {
    if (!std::exchange(holding_, false)) return;
    for (std::size_t digit = 1; digit < held_.size(); ++digit)
        answers_[digit]->Increment(static_cast<double>(std::exchange(held_[digit], 0)));
    seconds_.ObserveMultiple(held_by_time_, std::exchange(held_seconds_, 0));
    std::fill(held_by_time_.begin(), held_by_time_.end(), 0);
}

void HttpMetrics::rejected(Rejection why) {
    rejections_[static_cast<std::size_t>(why)]->Increment();
}

} // namespace bookstore::net
