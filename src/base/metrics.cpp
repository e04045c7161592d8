#include <bookstore/base/metrics.hpp>

#include <map>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace bookstore::base {
namespace {

std::map<std::string, std::string> to_map(const Metrics::Labels& labels) {
    return {labels.begin(), labels.end()};
}

} // namespace

Metrics::Metrics() : registry_(std::make_shared<prometheus::Registry>()) {}
Metrics::~Metrics() = default;

// The registry merges: the same name gives the same family, the same labels in it the same object.

prometheus::Counter& Metrics::counter(const std::string& name, const std::string& help,
                                      const Labels& labels) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(*registry_).Add(to_map(labels));
}

prometheus::Gauge& Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(*registry_).Add(to_map(labels));
}

prometheus::Histogram& Metrics::histogram(const std::string& name, const std::string& help,
                                          const std::vector<double>& bounds, const Labels& labels) {
    return prometheus::BuildHistogram()
        .Name(name)
        .Help(help)
        .Register(*registry_)
        .Add(to_map(labels), bounds);
}

std::string Metrics::expose() const {
    return prometheus::TextSerializer().Serialize(registry_->Collect());
}

} // namespace bookstore::base
