#include "history/svg.hpp"

namespace bookstore::history::svg {
namespace {

constexpr std::string_view style = R"(<style>
  text { font: 12px ui-monospace, monospace; fill: #222; white-space: pre }
  .name { font-weight: bold } .quiet { fill: #666 } .number { fill: #fff; font-weight: bold }
  .wrong { fill: #b00020; font-weight: bold }
  .lane { stroke: #ddd } rect { rx: 3px }
  .placed { fill: #2f6fb0 } .misfit { fill: #b00020; stroke: #600; stroke-width: 2 }
  .open { fill: #fff; stroke: #888; stroke-dasharray: 4 3 } .unreturned { stroke-dasharray: 4 3; opacity: .7 }
</style>
)";

std::string attribute(std::string_view name, int value) {
    return " " + std::string(name) + "=\"" + std::to_string(value) + "\"";
}

std::string of_class(std::string_view classes) {
    return " class=\"" + std::string(classes) + "\"";
}

} // namespace

std::string escape(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '<')
            escaped += "&lt;";
        else if (c == '>')
            escaped += "&gt;";
        else if (c == '&')
            escaped += "&amp;";
        else if (c == '"')
            escaped += "&quot;";
        else // XML has no control characters, not even escaped
            escaped += static_cast<unsigned char>(c) < ' ' ? '?' : c;
    }
    return escaped;
}

void Writer::line(int x1, int y1, int x2, int y2, std::string_view classes) {
    body_ += "<line" + attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2) + attribute("y2", y2) +
             of_class(classes) + "/>\n";
}

void Writer::box(int x, int y, int width, int height, std::string_view classes) {
    body_ += "<rect" + attribute("x", x) + attribute("y", y) + attribute("width", width) +
             attribute("height", height) + of_class(classes) + "/>\n";
}

void Writer::text(int x, int y, std::string_view text, std::string_view classes) {
    body_ += "<text" + attribute("x", x) + attribute("y", y) + of_class(classes) + ">" + escape(text) +
             "</text>\n";
}

void Writer::open_group(std::string_view tooltip) {
    body_ += "<g><title>" + escape(tooltip) + "</title>\n";
}

std::string Writer::finish(int width, int height) const {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("width", width) +
           attribute("height", height) + " viewBox=\"0 0 " + std::to_string(width) + " " +
           std::to_string(height) + "\">\n" + std::string(style) +
           "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n" + body_ + "</svg>\n";
}

} // namespace bookstore::history::svg
