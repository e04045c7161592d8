#pragma once
/// \file
/// Strikes processes at random and mends them again, by hooks, as the plan allows.
#include <array>
#include <set>
#include <string>
#include <vector>

#include "ctl/command.hpp"
#include "ctl/crew.hpp"
#include "ctl/torture/hook.hpp"
#include "ctl/torture/minority.hpp"
#include "ctl/torture/plan.hpp"
#include "ctl/torture/recorder.hpp"

namespace bookstore::ctl::torture {

/// One that happened, or happens.
struct Fault {
    std::string kind; ///< kill, pause
    std::string who;  ///< "catalog-1", "everything"
    bool leader = false;
    Instant struck = 0;
    Instant whole = 0; ///< when it said again that it can serve; 0: not yet
};

/// Loop thread only. What is given outlives it.
class Faults {
public:
    Faults(Context& context, const Plan& plan, std::vector<Victim> victims, const Recorder& recorder);

    /// Begins. Each strike is mended, whatever happens.
    void start(Crew& crew);
    /// No more strikes. The crew's tasks end when all that was struck is whole again.
    void stop() { over_ = true; }

    const std::vector<Fault>& all() const { return faults_; }
    /// A hook that failed or a process that did not come back: no more strikes after it. Empty: none.
    const std::string& trouble() const { return trouble_; }
    std::string current() const; ///< for people; empty: none

private:
    enum class Kind { kill, pause };

    boost::asio::awaitable<void> trouble_one(std::string role, base::Random dice);
    boost::asio::awaitable<void> trouble_all(base::Random dice);
    boost::asio::awaitable<void> strike(Victim victim, Kind kind, base::Duration time, bool leader);
    boost::asio::awaitable<void> strike_all(base::Duration time);
    boost::asio::awaitable<void> mend(Victim victim, Kind kind);
    boost::asio::awaitable<void> wait_whole(Victim victim);
    boost::asio::awaitable<std::string> run(const std::string& command, Victim victim);
    boost::asio::awaitable<std::string> leader_of(std::string role);
    boost::asio::awaitable<void> pause(base::Duration time);
    boost::asio::awaitable<void> stay_calm(base::Duration time); ///< ends early when it is over

    std::vector<Victim> of(std::string_view role) const;
    bool may_go(const Victim& victim) const;
    std::size_t begin(std::string kind, std::string who, bool leader);
    void note_trouble(const std::string& what);

    Context& context_;
    const Plan& plan_;
    std::vector<Victim> victims_;
    const Recorder& recorder_;
    Sizes sizes_;
    std::set<Place> away_;
    bool over_ = false;
    bool all_wanted_ = false; ///< everything is about to be struck: nobody begins anything else
    std::vector<Fault> faults_;
    std::string trouble_;
};

} // namespace bookstore::ctl::torture
