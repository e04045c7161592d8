#pragma once
/// \file
/// Counters, gauges and histograms in Prometheus' terms, over prometheus-cpp.
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
class Registry;
} // namespace prometheus

namespace bookstore::base {

/// One registry per process, made by the composition root and handed down. References live as long as it
/// does; asking again for the same name and labels gives the same object. Any thread.
class Metrics {
public:
    using Labels = std::vector<std::pair<std::string, std::string>>;

    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    prometheus::Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
    prometheus::Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
    /// `bounds`: upper bounds of the buckets, ascending; seconds for times.
    prometheus::Histogram& histogram(const std::string& name, const std::string& help,
                                     const std::vector<double>& bounds, const Labels& labels = {});

    /// Prometheus' text format.
    std::string expose() const;

private:
    std::shared_ptr<prometheus::Registry> registry_;
};

} // namespace bookstore::base
