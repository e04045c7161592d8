#pragma once
/// \file
/// The clients of a bench: each on a connection of its own, one request at a time.
#include <cstdint>
#include <string>
#include <vector>

#include "ctl/bench/pace.hpp"
#include "ctl/bench/results.hpp"
#include "ctl/command.hpp"

namespace bookstore::ctl::bench {

/// What all of them share; outlives them. Loop thread only.
struct Load {
    Context& context;
    const Plan& plan;
    std::string run;                 ///< begins every key: no other run has it
    std::vector<std::int64_t> items; ///< never empty
    std::vector<std::string> topics; ///< never empty
    Pace pace;
    base::TimePoint measured_from; ///< what is due before is warm-up
    base::TimePoint until;         ///< nothing that is due later is begun; nor what is late by a --timeout
    std::uint64_t begun = 0;       ///< requests that count
    base::TimePoint last_answer{};
    bool over = false;
    Results results;
};

class Buyer {
public:
    Buyer(Load& load, std::uint64_t number, base::Random dice);

    boost::asio::awaitable<void> run();

private:
    boost::asio::awaitable<void> sleep_until(base::TimePoint due);
    /// When the next request of this one is due; none: it is over.
    std::optional<base::TimePoint> next_due();
    base::TimePoint next_worth_sending(base::TimePoint now);
    net::HttpRequest request_for(Deed deed);
    void record(Deed deed, base::TimePoint due, const base::result<net::Response>& answer);

    Load& load_;
    std::uint64_t number_;
    base::Random dice_;
    net::Endpoint frontend_;
    std::uint64_t purchases_ = 0;
};

} // namespace bookstore::ctl::bench
