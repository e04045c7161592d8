#pragma once
/// \file
/// Strings in one piece of memory: commands that are proposed together, their outcomes, the payload of a log
/// entry.
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/base/bytes.hpp>

namespace bookstore::replication {

/// As bytes: how many, then each of them (base::ByteWriter's varint and strings).
class Bundle {
public:
    /// Over the strings in their order; what it gives lives as long as the bundle is not changed.
    class Iterator {
    public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;
        using pointer = const std::string_view*;
        using reference = std::string_view;

        Iterator() = default;
        explicit Iterator(std::string_view rest) : rest_(rest) {}
        std::string_view operator*() const { return base::ByteReader(rest_).string(); }
        Iterator& operator++() {
            base::ByteReader in(rest_);
            in.string();
            rest_.remove_prefix(rest_.size() - in.remaining());
            return *this;
        }
        Iterator operator++(int) {
            auto before = *this;
            ++*this;
            return before;
        }
        bool operator==(const Iterator& other) const { return rest_.size() == other.rest_.size(); }

    private:
        std::string_view rest_;
    };

    Bundle() = default;
    Bundle(std::initializer_list<std::string_view> strings);

    void add(std::string_view string);

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    std::size_t bytes() const { return bytes_; } ///< of the strings themselves
    Iterator begin() const { return Iterator(strings_.view()); }
    Iterator end() const { return Iterator(); }
    std::string_view front() const { return *begin(); } ///< there is one

    bool operator==(const Bundle& other) const { return strings_.view() == other.strings_.view(); }

    void write(base::ByteWriter& out) const;
    /// Nothing when write() did not write it.
    static std::optional<Bundle> read(std::string_view bytes);

    /// The strings of all of them, as write() would write one bundle of them.
    static std::string join(const std::vector<const Bundle*>& bundles);

private:
    base::ByteWriter strings_;
    std::size_t size_ = 0;
    std::size_t bytes_ = 0;
};

/// Views into what Bundle::write() wrote; nothing when it did not.
std::optional<std::vector<std::string_view>> read_views(std::string_view bytes);

} // namespace bookstore::replication
