// Bodies of requests, and lines of a catalogue file: what is accepted is written back and read again the
// same.
#include <bookstore/roles/frontend/http_probe.hpp>
#include <bookstore/roles/json.hpp>

#include "fuzz/target.hpp"

namespace {

using namespace bookstore;
using namespace bookstore::roles;

void book(std::string_view body) {
    const auto parsed = json::parse_book(body);
    INVARIANT(parsed.value.has_value() != !parsed.problem.empty());
    if (!parsed.value || number(parsed.value->id) == 0) return;
    INVARIANT(!shop::problem_with(*parsed.value));
    const auto again = json::parse_book(json::book(*parsed.value));
    INVARIANT(again.value && *again.value == *parsed.value);
}

void order(std::string_view body) {
    const auto parsed = json::parse_order_request(body);
    INVARIANT(parsed.value.has_value() != !parsed.problem.empty());
    if (parsed.value) INVARIANT(!shop::problem_with(*parsed.value));
}

void change(std::string_view body, bool with_order) {
    const auto parsed = json::parse_book_change(body, with_order);
    INVARIANT(parsed.value.has_value() != !parsed.problem.empty());
    if (parsed.value) INVARIANT(parsed.value->delta || parsed.value->cost);
}

} // namespace

void fuzz_one(std::string_view input) {
    switch (fuzz::take_choice(input) % 5) {
    case 0:
        return book(input);
    case 1:
        return order(input);
    case 2:
        return change(input, true);
    case 3:
        return change(input, false);
    default:
        static_cast<void>(parse_heartbeat(input));
    }
}
