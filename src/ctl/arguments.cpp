#include "ctl/arguments.hpp"

#include <limits>

#include <bookstore/base/limits.hpp>
#include <bookstore/ctl/options.hpp>

namespace bookstore::ctl {
namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

} // namespace

std::int64_t parse_item(const std::string& text) {
    return parse_integer("item", text, 1, largest);
}

Line parse_line(const std::string& text) {
    const std::size_t times = text.find('x');
    if (times == std::string::npos) return {parse_item(text), 1};
    const auto quantity_max = static_cast<std::int64_t>(base::limits::quantity_max);
    return {parse_item(text.substr(0, times)),
            parse_integer("quantity", text.substr(times + 1), 1, quantity_max)};
}

std::int64_t parse_cost(const std::string& text) {
    const std::size_t point = text.find('.');
    if (point == std::string::npos) return parse_integer("cost", text, 0, largest);
    const std::string units = text.substr(0, point), hundredths = text.substr(point + 1);
    if (hundredths.size() != 2)
        throw UsageError("cost '" + text +
                         "': allowed is a whole number of the smallest unit, e.g. 250, or an amount "
                         "with two decimals, e.g. 2.50");
    return parse_integer("cost", units, 0, largest / 100 - 1) * 100 +
           parse_integer("cost", hundredths, 0, 99);
}

} // namespace bookstore::ctl
