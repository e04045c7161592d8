#include <bookstore/history/timeline.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "history/describe.hpp"
#include "history/svg.hpp"

namespace bookstore::history {
namespace {

constexpr int margin = 20, lane_name_width = 90, column_width = 56, row_height = 42, bar_height = 18;
constexpr int letter_width = 8, line_height = 18, words_letters_max = 150;
constexpr std::size_t drawn_max = 40;

enum class Part { placed, misfit, open };

struct Bar {
    const Operation* operation = nullptr;
    std::size_t position = 0; ///< in the history
    Part part = Part::placed;
    std::size_t number = 0; ///< in the order that was found, from 1; 0: none
    std::string label;
    int left = 0, right = 0, row = 0;
};

class Drawing {
public:
    Drawing(const History& history, const CounterExample& example) : history_(history), example_(example) {
        choose();
        place();
        make_rows();
    }

    int width() const {
        const int start = static_cast<int>(start_text().size()) * letter_width + margin;
        return std::max(start, edge_ + longest_overhang_) + margin;
    }
    int height() const { return top() + rows_ * row_height + margin; }

    void draw(svg::Writer& out) const {
        for (const auto& [client, row] : lane_rows_) {
            const int y = top() + row * row_height;
            out.line(margin, y - 6, width() - margin, y - 6, "lane");
            out.text(margin, y + bar_height - 4, "client " + std::to_string(client), "name");
        }
        for (const Bar& bar : bars_)
            draw(out, bar);
        out.text(margin, margin + line_height, start_text(), "quiet");
    }

private:
    static int top() { return margin + 2 * line_height + 10; }

    /// What is shown; of too many, the last in the order that was found.
    void choose() {
        std::set<std::size_t> chosen;
        const auto take = [&](std::size_t position, Part part, std::size_t number) {
            if (!chosen.insert(position).second) return;
            Bar bar{&history_[position], position, part, number,
                    short_text(history_[position], example_.item)};
            bars_.push_back(std::move(bar));
        };
        take(example_.misfit, Part::misfit, 0);
        const std::size_t hidden = example_.prefix.size() - std::min(example_.prefix.size(), drawn_max);
        for (std::size_t i = hidden; i < example_.prefix.size(); ++i)
            take(example_.prefix[i], Part::placed, i + 1);
        for (std::size_t i = 0; i < std::min(example_.open.size(), drawn_max); ++i)
            take(example_.open[i], Part::open, 0);
        hidden_ = hidden + example_.open.size() - std::min(example_.open.size(), drawn_max);
        std::ranges::stable_sort(bars_, {}, [](const Bar& bar) { return bar.operation->call; });
    }

    void place() {
        std::set<Instant> moments;
        for (const Bar& bar : bars_) {
            moments.insert(bar.operation->call);
            if (bar.operation->returned) moments.insert(*bar.operation->returned);
        }
        std::map<Instant, int> across;
        for (const Instant moment : moments)
            across[moment] = margin + lane_name_width + column_width * static_cast<int>(across.size());
        edge_ = margin + lane_name_width + column_width * static_cast<int>(moments.size());
        for (Bar& bar : bars_) {
            bar.left = across[bar.operation->call];
            bar.right = bar.operation->returned ? across[*bar.operation->returned] : edge_;
        }
    }

    /// A lane has as many rows as its labels need not to stand on each other.
    void make_rows() {
        std::map<std::uint64_t, std::vector<Bar*>> lanes;
        for (Bar& bar : bars_)
            lanes[bar.operation->client].push_back(&bar);
        for (auto& [client, bars] : lanes) {
            lane_rows_[client] = rows_;
            std::vector<int> ends; // of each row
            for (Bar* bar : bars) {
                const int label = static_cast<int>(bar->label.size()) * letter_width;
                longest_overhang_ = std::max(longest_overhang_, bar->left + label - edge_);
                auto row = std::ranges::find_if(ends, [&](int end) { return end < bar->left; });
                if (row == ends.end()) row = ends.insert(row, 0);
                *row = std::max(bar->right, bar->left + label) + letter_width;
                bar->row = rows_ + static_cast<int>(row - ends.begin());
            }
            rows_ += static_cast<int>(ends.size());
        }
    }

    void draw(svg::Writer& out, const Bar& bar) const {
        const char* const classes[] = {"placed", "misfit", "open"}; // by Part
        const char* const name = classes[static_cast<std::size_t>(bar.part)];
        const int y = top() + bar.row * row_height;
        out.open_group(describe(history_, bar.position));
        out.box(bar.left, y, std::max(bar.right - bar.left, 4), bar_height,
                std::string(name) + (bar.operation->returned ? "" : " unreturned"));
        const std::string number = bar.part == Part::misfit ? "?!" : std::to_string(bar.number);
        if (bar.part != Part::open) out.text(bar.left + 5, y + bar_height - 5, number, "number");
        out.text(bar.left, y + bar_height + 13, bar.label,
                 bar.part == Part::misfit ? "label wrong" : "label");
        out.close_group();
    }

    std::string start_text() const {
        std::string text = "item " + std::to_string(example_.item) + ":";
        if (example_.start)
            text += " at first " + describe(State(example_.start->shown)) + ", after " +
                    std::to_string(example_.start->operations) + " operations that are not shown;";
        if (hidden_ > 0) text += " " + std::to_string(hidden_) + " more are not shown;";
        return text + " numbers: an order that explains the bars but for the marked one; time to the right, "
                      "not to scale";
    }

    const History& history_;
    const CounterExample& example_;
    std::vector<Bar> bars_;
    std::map<std::uint64_t, int> lane_rows_;
    std::size_t hidden_ = 0;
    int rows_ = 0, edge_ = 0, longest_overhang_ = 0;
};

std::vector<std::string> words(const Report& report, const Finding* finding) {
    if (finding == nullptr)
        return {report.result == Result::correct ? "Every answer is explained."
                                                 : "Undecided: too much is unknown."};
    std::vector<std::string> lines;
    std::istringstream text(finding->text);
    for (std::string line; std::getline(text, line);)
        for (std::size_t at = 0; at == 0 || at < line.size(); at += words_letters_max)
            lines.push_back(line.substr(at, words_letters_max));
    const std::size_t more = report.findings.size() - 1 + report.findings_not_shown;
    if (more > 0) lines.push_back("and " + std::to_string(more) + " more findings");
    return lines;
}

const Finding* finding_to_draw(const Report& report) {
    for (const Finding& finding : report.findings)
        if (finding.counter_example) return &finding;
    return report.findings.empty() ? nullptr : &report.findings.front();
}

} // namespace

std::string timeline(const History& history, const Report& report) {
    const Finding* finding = finding_to_draw(report);
    const std::vector<std::string> lines = words(report, finding);
    const int words_height = static_cast<int>(lines.size()) * line_height;
    std::size_t longest = 0;
    for (const std::string& line : lines)
        longest = std::max(longest, line.size());
    int width = std::max(900, static_cast<int>(longest) * letter_width + 2 * margin), top = margin;
    svg::Writer out;
    if (finding != nullptr && finding->counter_example) {
        const Drawing drawing(history, *finding->counter_example);
        width = std::max(width, drawing.width());
        top = drawing.height();
        drawing.draw(out);
    }
    for (std::size_t i = 0; i < lines.size(); ++i)
        out.text(margin, top + static_cast<int>(i + 1) * line_height, lines[i], "words");
    return out.finish(width, top + words_height + 2 * margin);
}

} // namespace bookstore::history
