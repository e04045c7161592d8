#pragma once
/// \file
/// The little of SVG that a timeline needs. All text is escaped.
#include <string>
#include <string_view>

namespace bookstore::history::svg {

std::string escape(std::string_view text);

/// Lengths in pixels.
class Writer {
public:
    void line(int x1, int y1, int x2, int y2, std::string_view classes);
    void box(int x, int y, int width, int height, std::string_view classes);
    void text(int x, int y, std::string_view text, std::string_view classes);
    void open_group(std::string_view tooltip);
    void close_group() { body_ += "</g>\n"; }

    /// The whole document, with its style sheet.
    std::string finish(int width, int height) const;

private:
    std::string body_;
};

} // namespace bookstore::history::svg
