/// \file
/// What clients send, parsed by Boost.JSON and then held to the shape: a member that nobody asked for is a
/// misspelt one, and is named.
#include <bookstore/roles/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

namespace bookstore::roles::json {
namespace {

namespace bj = boost::json;

/// One object being read. The first thing wrong is kept; everything after it is of no interest.
class Reader {
public:
    explicit Reader(const bj::object& object) : object_(object) {}

    void only(std::initializer_list<std::string_view> names) {
        for (const auto& member : object_)
            if (std::find(names.begin(), names.end(), std::string_view(member.key())) == names.end())
                fail("there is no member \"" + shortened(member.key()) + "\" here, only " + joined(names));
    }

    std::optional<std::int64_t> integer(std::string_view name) {
        const bj::value* value = object_.if_contains(name);
        if (value == nullptr) return std::nullopt;
        if (value->is_int64()) return value->get_int64();
        fail("\"" + std::string(name) + "\" must be an integer of at most 64 bits");
        return std::nullopt;
    }

    std::int64_t required_integer(std::string_view name) {
        require(name);
        return integer(name).value_or(0);
    }

    std::string required_text(std::string_view name) {
        require(name);
        const bj::value* value = object_.if_contains(name);
        if (value == nullptr) return {};
        if (!value->is_string()) {
            fail("\"" + std::string(name) + "\" must be a string");
            return {};
        }
        return std::string(value->get_string());
    }

    void require(std::string_view name) {
        if (!object_.contains(name)) fail("\"" + std::string(name) + "\" is missing");
    }
    void fail(std::string problem) {
        if (problem_.empty()) problem_ = std::move(problem);
    }
    const std::string& problem() const { return problem_; }

private:
    static std::string shortened(std::string_view text) { return std::string(text.substr(0, 40)); }
    static std::string joined(std::initializer_list<std::string_view> names) {
        std::string out;
        for (const std::string_view name : names)
            out.append(out.empty() ? "\"" : ", \"").append(name).append("\"");
        return out;
    }

    const bj::object& object_;
    std::string problem_;
};

/// Memory for what a body becomes: enough at hand for most, and the rest from the heap. Outlives the values.
class Memory {
public:
    bj::storage_ptr pointer() { return &resource_; }

private:
    std::array<unsigned char, 2'048> first_; // NOLINT(cppcoreguidelines-pro-type-member-init)
    bj::monotonic_resource resource_{first_.data(), first_.size()};
};

/// The body as an object, or why it is none.
Parsed<bj::object> parse_object(std::string_view body, Memory& memory) {
    boost::system::error_code error;
    bj::value value = bj::parse(body, error, memory.pointer());
    if (error) return {std::nullopt, "the body is not JSON: " + error.message()};
    if (!value.is_object()) return {std::nullopt, "the body must be a JSON object"};
    return {std::move(value.get_object()), {}};
}

template <typename T>
Parsed<T> finish(const Reader& reader, T value) {
    if (!reader.problem().empty()) return {std::nullopt, reader.problem()};
    return {std::move(value), {}};
}

shop::ItemId item_id(Reader& reader, std::string_view name) {
    const std::int64_t id = reader.required_integer(name);
    if (id < 1) reader.fail("\"" + std::string(name) + "\" must be a positive integer");
    return shop::ItemId{static_cast<std::uint64_t>(id)};
}

Parsed<shop::Line> parse_line(const bj::value& value) {
    if (!value.is_object()) return {std::nullopt, "each of \"lines\" must be an object"};
    Reader reader(value.get_object());
    reader.only({"item", "quantity"});
    shop::Line line;
    line.item = item_id(reader, "item");
    line.quantity = reader.integer("quantity").value_or(1);
    return finish(reader, line);
}

} // namespace

Parsed<std::vector<shop::Line>> parse_order_request(std::string_view body) {
    Memory memory;
    const auto object = parse_object(body, memory);
    if (!object.value) return {std::nullopt, object.problem};
    Reader reader(*object.value);
    reader.only({"lines"});
    reader.require("lines");
    if (!reader.problem().empty()) return {std::nullopt, reader.problem()};
    const bj::array* array = object.value->at("lines").if_array();
    if (array == nullptr) return {std::nullopt, "\"lines\" must be an array"};

    std::vector<shop::Line> lines;
    lines.reserve(array->size());
    for (const bj::value& element : *array) {
        auto line = parse_line(element);
        if (!line.value) return {std::nullopt, line.problem};
        lines.push_back(*line.value);
    }
    if (const auto problem = shop::problem_with(lines)) return {std::nullopt, *problem};
    return {std::move(lines), {}};
}

Parsed<BookChange> parse_book_change(std::string_view body, bool with_order) {
    Memory memory;
    const auto object = parse_object(body, memory);
    if (!object.value) return {std::nullopt, object.problem};
    Reader reader(*object.value);
    if (with_order)
        reader.only({"delta", "cost", "order"});
    else
        reader.only({"delta", "cost"});

    BookChange change;
    change.delta = reader.integer("delta");
    change.cost = reader.integer("cost");
    const std::int64_t order = reader.integer("order").value_or(1);
    const std::string bound = std::to_string(shop::amount_max);
    if (change.delta && (*change.delta < -shop::amount_max || *change.delta > shop::amount_max))
        reader.fail("\"delta\" must be from -" + bound + " to " + bound);
    if (change.cost && (*change.cost < 0 || *change.cost > shop::amount_max))
        reader.fail("\"cost\" must be from 0 to " + bound);
    if (order != 0 && order != 1) reader.fail("\"order\" must be 0 or 1");
    if (!change.delta && !change.cost) reader.fail("\"delta\", \"cost\" or both must be given");
    change.order = static_cast<int>(order);
    return finish(reader, change);
}

Parsed<shop::Book> parse_book(std::string_view body) {
    Memory memory;
    const auto object = parse_object(body, memory);
    if (!object.value) return {std::nullopt, object.problem};
    Reader reader(*object.value);
    reader.only({"id", "title", "topic", "cost", "stock"});

    shop::Book book;
    if (object.value->contains("id")) book.id = item_id(reader, "id");
    book.title = reader.required_text("title");
    book.topic = reader.required_text("topic");
    book.cost = reader.required_integer("cost");
    book.stock = reader.required_integer("stock");
    if (const auto problem = shop::problem_with(book)) reader.fail(*problem);
    return finish(reader, std::move(book));
}

std::optional<std::uint64_t> parse_positive(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (value == 0 || value > shop::item_number_max) return std::nullopt;
    return value;
}

} // namespace bookstore::roles::json
