#include "ctl/backup_report.hpp"

#include <cstdio>

namespace bookstore::ctl {
namespace {

std::string text_of(const offline::BackupPart& part) {
    return "version " + std::to_string(part.version) + ", digest " + hex_text(part.digest) + ", generation " +
           std::to_string(part.generation);
}

boost::json::object json_of(const offline::BackupPart& part) {
    return {{"version", part.version}, {"digest", hex_text(part.digest)}, {"generation", part.generation}};
}

} // namespace

std::string hex_text(std::uint64_t number) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(number));
    return text;
}

std::string to_text(const offline::BackupContents& contents) {
    const auto& [at, order, catalog] = contents.summary;
    return "  begun    " + base::to_iso8601(at) + ", " + std::to_string(contents.bytes) + " bytes\n" +
           "  orders   " + std::to_string(contents.orders) + "; " + text_of(order) + "\n" + "  catalog  " +
           std::to_string(contents.books) + " books, " + std::to_string(contents.sales) +
           " sales remembered; " + text_of(catalog) + "\n" +
           "  to be written anew when it is restored: " + std::to_string(contents.unrecorded) + " orders\n";
}

boost::json::object to_json(const offline::BackupContents& contents) {
    return {{"at", base::to_iso8601(contents.summary.at)},
            {"bytes", contents.bytes},
            {"books", contents.books},
            {"sales", contents.sales},
            {"orders", contents.orders},
            {"unrecorded", contents.unrecorded},
            {"order", json_of(contents.summary.order)},
            {"catalog", json_of(contents.summary.catalog)}};
}

} // namespace bookstore::ctl
