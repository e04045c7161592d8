#pragma once
/// \file
/// The order replicas of a shop_fixture, as a test has them speak.
#include "unit/roles/frontend/shop_fixture.hpp"

namespace bookstore::roles::frontend::test {

using Answer = std::optional<base::result<std::string>>;

/// An order replica's answer, to each purchase of a call alike.
struct Says {
    Says(PurchaseAnswer purchase) : answer(std::move(purchase)) {}
    Says(Errc failure) : answer(failure) {}
    Says(std::nullopt_t) {}
    std::optional<base::result<PurchaseAnswer>> answer; ///< of each; none: silence
};

inline PurchaseAnswer bought(std::string key = "k") {
    PurchaseAnswer answer;
    answer.order = {shop::OrderNumber{17},
                    std::move(key),
                    base::WallTime{0},
                    {{shop::ItemId{2}, "RPCs for Dummies", 1, 200}},
                    200};
    return answer;
}

/// Order replicas that say these to one call after the other.
inline void orders_say(Shop& shop, std::vector<Says> words) {
    shop.transport.answerers[method::purchase] = [words,
                                                  next = std::size_t{0}](const Call& call) mutable -> Answer {
        const Says& said = words.at(std::min(next++, words.size() - 1));
        if (!said.answer) return std::nullopt;
        PurchaseAnswers answers;
        answers.answers.assign(call.as<Purchases>().purchases.size(), *said.answer);
        return encode(answers);
    };
}

/// Of all calls, one behind the other.
inline std::vector<Purchase> purchases_sent(const Shop& shop) {
    std::vector<Purchase> sent;
    for (const auto& call : shop.transport.made(method::purchase))
        for (Purchase& purchase : call->as<Purchases>().purchases)
            sent.push_back(std::move(purchase));
    return sent;
}

inline std::vector<std::string> keys_sent(const Shop& shop) {
    std::vector<std::string> keys;
    for (const Purchase& purchase : purchases_sent(shop))
        keys.push_back(purchase.key);
    return keys;
}

} // namespace bookstore::roles::frontend::test
