#include <bookstore/base/error.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace bookstore::base {
namespace {

// Boost keeps the base's destructor protected instead of virtual; nobody deletes a category.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class ErrcCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "bookstore"; }

    std::string message(int value) const override {
        switch (static_cast<Errc>(value)) {
        case Errc::invalid_argument:
            return "invalid argument";
        case Errc::not_found:
            return "not found";
        case Errc::unauthorized:
            return "missing or wrong credential";
        case Errc::not_leader:
            return "not the leader";
        case Errc::not_ready:
            return "not ready";
        case Errc::overloaded:
            return "overloaded";
        case Errc::too_large:
            return "too large";
        case Errc::unreachable:
            return "unreachable";
        case Errc::timed_out:
            return "timed out";
        case Errc::connection_lost:
            return "connection lost";
        case Errc::outcome_unknown:
            return "outcome unknown";
        case Errc::storage_failed:
            return "storage failed";
        case Errc::corrupt:
            return "corrupt data";
        case Errc::protocol_error:
            return "protocol error";
        case Errc::stopping:
            return "stopping";
        }
        return "unknown error " + std::to_string(value);
    }
};
#pragma GCC diagnostic pop

} // namespace

const boost::system::error_category& errc_category() noexcept {
    static const ErrcCategory category;
    return category;
}

boost::system::error_code make_error_code(Errc e) noexcept {
    return {static_cast<int>(e), errc_category()};
}

bool outcome_is_unknown(boost::system::error_code e) noexcept {
    return e == Errc::timed_out || e == Errc::connection_lost || e == Errc::outcome_unknown ||
           e == Errc::storage_failed;
}

void invariant_failed(const char* what, const char* file, int line) noexcept {
    // Not through the log: it may be what is broken, and it allocates.
    std::fprintf(stderr, "bookstored: invariant failed: %s (%s:%d)\n", what, file, line);
    std::abort();
}

} // namespace bookstore::base
