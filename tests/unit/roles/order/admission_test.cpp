#include "roles/order/admission.hpp"

#include <deque>

#include <catch2/catch.hpp>

namespace bookstore::roles::order {
namespace {

using base::milliseconds;

constexpr base::Duration second = base::seconds(1);
constexpr base::Duration given = second;
constexpr std::size_t at_most = 4'096;

/// A shop that ends `rate` purchases a second, one after the other, and is asked for more than that.
struct Shop {
    explicit Shop(std::size_t rate) : each(second / static_cast<std::int64_t>(rate)) {}

    /// How many of those that were taken on in this time ended late.
    std::size_t run(base::Duration time) {
        std::size_t late = 0;
        for (const auto end = now + time; now < end; now += each) {
            while (admission.has_room(began.size()))
                began.push_back(now);
            const auto took = now - began.front();
            admission.ended(took, given, began.size(), now);
            began.pop_front();
            if (took > given) ++late;
        }
        return late;
    }

    base::Duration each;
    base::TimePoint now{base::seconds(10)};
    Admission admission{at_most};
    std::deque<base::TimePoint> began;
};

} // namespace

TEST_CASE("a fast shop soon takes on as much as there are places for", "[order][admission]") {
    Shop shop(20'000);
    CHECK(shop.run(base::seconds(2)) == 0);
    CHECK(shop.admission.places() == at_most);
}

TEST_CASE("what is taken on ends in time at any pace", "[order][admission]") {
    const std::size_t rate = GENERATE(as<std::size_t>{}, 300, 500, 1'000, 2'000, 5'000);
    Shop shop(rate);
    CHECK(shop.run(base::seconds(60)) == 0);
    CHECK(shop.admission.places() >= rate / 10); // and it is not idle for that
}

TEST_CASE("a shop that becomes slow takes on less, and more when that is over", "[order][admission]") {
    Shop shop(5'000);
    shop.run(base::seconds(5));
    const auto before = shop.admission.places();
    shop.each = milliseconds(10); // a hundredth of a second each: a slow disk
    shop.run(base::seconds(30));
    CHECK(shop.run(base::seconds(30)) == 0);
    CHECK(shop.admission.places() <= 100);
    shop.each = second / 5'000;
    shop.run(base::seconds(5));
    CHECK(shop.admission.places() >= before / 2);
}

TEST_CASE("an idle shop keeps its places, and a stuck one the least", "[order][admission]") {
    Admission admission(at_most);
    for (int n = 0; n < 1'000; ++n)
        admission.ended(milliseconds(1), given, 1, base::TimePoint(base::seconds(n)));
    CHECK(admission.places() == Admission::at_first);
    for (int n = 0; n < 1'000; ++n)
        admission.ended(given, given, 300, base::TimePoint(base::seconds(2'000 + n)));
    CHECK(admission.places() == Admission::at_least);
    CHECK_FALSE(admission.has_room(Admission::at_least));
}

} // namespace bookstore::roles::order
