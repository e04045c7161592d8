#include <catch2/catch.hpp>

#include "ctl/audit_facts.hpp"

namespace bookstore::ctl {
namespace {

ReplicaFacts catalog(int id, const std::string& digest, std::int64_t stock = 4, std::int64_t sold = 1) {
    ReplicaFacts facts;
    facts.name = "catalog " + std::to_string(id);
    facts.version = 7;
    facts.digest = facts.recomputed = digest;
    facts.contents =
        Contents{{{3, R"({"id":3,"cost":100,"stock":)" + std::to_string(stock) + "}"}}, {{3, sold}}, {}};
    return facts;
}

ReplicaFacts order(std::map<std::uint64_t, std::string> keys, std::map<std::uint64_t, std::int64_t> copies) {
    ReplicaFacts facts;
    facts.name = "order 0";
    facts.version = 5;
    facts.digest = "o";
    facts.contents = Contents{{}, std::move(copies), {}};
    for (const auto& [number, key] : keys) {
        facts.contents->entries[number] = R"({"key":")" + key + "\"}";
        facts.contents->keys.push_back(key);
    }
    return facts;
}

const ReplicaFacts one_order = order({{1, "a"}}, {{3, 1}});

std::vector<std::string> told(const ShopFacts& facts) {
    std::vector<std::string> texts;
    for (const Disagreement& one : disagreements(facts))
        texts.push_back((one.lasting ? "lasting: " : "passing: ") + one.text);
    return texts;
}

using Texts = std::vector<std::string>;

TEST_CASE("replicas that are alike, and meet the orders, agree", "[ctl][audit]") {
    CHECK(told({{catalog(0, "x"), catalog(1, "x")}, {one_order}, ""}).empty());
    CHECK(told({}).empty());
    CHECK(summary({{catalog(0, "x"), catalog(1, "x")}, {one_order}, ""}) ==
          "1 books, 1 copies gone; 1 orders, 1 copies on order; 2 catalog replicas at version 7, 1 order "
          "replicas at version 5");
}

TEST_CASE("the replica that differs from most is named, with what differs", "[ctl][audit]") {
    CHECK(told({{catalog(0, "y", 9), catalog(1, "x"), catalog(2, "x")}, {one_order}, ""}) ==
          Texts{"lasting: catalog 0 differs from catalog 1 at version 7: digest y, not x\n"
                "  item 3: stock 9, not 4"});
    CHECK(told({{catalog(0, "y"), catalog(1, "x"), catalog(2, "x")}, {one_order}, ""}) ==
          Texts{"lasting: catalog 0 differs from catalog 1 at version 7: digest y, not x\n"
                "  every item is the same: what is remembered besides is not"});
    ReplicaFacts empty = catalog(1, "z");
    empty.contents->entries.clear();
    CHECK(told({{catalog(0, "x"), empty, catalog(2, "x")}, {one_order}, ""}) ==
          Texts{"lasting: catalog 1 differs from catalog 0 at version 7: digest z, not x\n"
                R"(  item 3: missing here: {"id":3,"cost":100,"stock":4})"});
}

TEST_CASE("a replica that is behind, and a digest that is not that of the data", "[ctl][audit]") {
    ReplicaFacts behind = catalog(1, "w");
    behind.version = 6;
    CHECK(told({{catalog(0, "x"), behind}, {one_order}, ""}) ==
          Texts{"passing: catalog 1 is at version 6, catalog 0 at 7"});
    ReplicaFacts strange = catalog(0, "x");
    strange.recomputed = "q";
    CHECK(told({{strange}, {one_order}, ""}) ==
          Texts{"lasting: catalog 0: its digest is x, but that of its data is q"});
}

TEST_CASE("copies gone and copies on order are compared item by item", "[ctl][audit]") {
    CHECK(told({{catalog(0, "x", 3, 2)}, {one_order}, ""}) ==
          Texts{"passing: item 3: 2 copies gone, 1 on order"});
    CHECK(told({{catalog(0, "x")}, {order({{1, "a"}}, {{3, 1}, {4, 2}})}, ""}) ==
          Texts{"passing: item 4: 0 copies gone, 2 on order"});
    ReplicaFacts waiting = catalog(0, "x");
    waiting.unsettled = 2;
    CHECK(told({{waiting}, {one_order}, ""}) ==
          Texts{"passing: 2 sales wait for the order book to confirm them"});
    CHECK(told({{catalog(0, "x", -1)}, {one_order}, ""}) == Texts{"lasting: item 3: stock -1"});
}

TEST_CASE("numbers have no gaps, and keys one order", "[ctl][audit]") {
    CHECK(told({{catalog(0, "x")}, {order({{2, "a"}, {3, "b"}, {6, "c"}}, {{3, 1}})}, ""}) ==
          Texts{"lasting: order 1 is missing, and order 2 is there",
                "lasting: order 4 to 5 is missing, and order 6 is there"});
    CHECK(told({{catalog(0, "x")}, {order({{1, "a"}, {2, "a"}, {3, "a"}}, {{3, 1}})}, ""}) ==
          Texts{"lasting: key a has more than one order"});
}

TEST_CASE("who could not be asked is left out", "[ctl][audit]") {
    ReplicaFacts down;
    down.name = "catalog 1";
    down.failure = "connection refused";
    CHECK(told({{catalog(0, "x"), down}, {one_order}, ""}).empty());
    CHECK(summary({{down}, {}, ""}) == "nobody could be asked");
}

TEST_CASE("much that disagrees is cut short", "[ctl][audit]") {
    ReplicaFacts many = order({}, {});
    for (std::uint64_t item = 10; item < 40; ++item)
        many.contents->copies[item] = 1;
    const Texts all = told({{catalog(0, "x")}, {many}, ""});
    CHECK(all.size() == 11);
    CHECK(all.back() == "passing: and 21 more of that kind");
}

} // namespace
} // namespace bookstore::ctl
