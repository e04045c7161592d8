#include <bookstore/replication/bundle.hpp>

namespace bookstore::replication {

Bundle::Bundle(std::initializer_list<std::string_view> strings) {
    for (const std::string_view string : strings)
        add(string);
}

void Bundle::add(std::string_view string) {
    strings_.string(string);
    ++size_;
    bytes_ += string.size();
}

void Bundle::write(base::ByteWriter& out) const {
    out.reserve(out.size() + base::varint_bytes_max + strings_.size());
    out.varint(size_);
    out.raw(strings_.view());
}

std::optional<Bundle> Bundle::read(std::string_view bytes) {
    base::ByteReader in(bytes);
    Bundle bundle;
    bundle.size_ = in.count();
    const std::string_view strings = bytes.substr(bytes.size() - in.remaining());
    for (std::size_t i = 0; i < bundle.size_; ++i)
        bundle.bytes_ += in.string().size();
    if (!in.complete()) return std::nullopt;
    bundle.strings_.raw(strings);
    return bundle;
}

std::string Bundle::join(const std::vector<const Bundle*>& bundles) {
    std::size_t count = 0, bytes = base::varint_bytes_max;
    for (const Bundle* bundle : bundles) {
        count += bundle->size_;
        bytes += bundle->strings_.size();
    }
    base::ByteWriter out;
    out.reserve(bytes);
    out.varint(count);
    for (const Bundle* bundle : bundles)
        out.raw(bundle->strings_.view());
    return out.take();
}

std::optional<std::vector<std::string_view>> read_views(std::string_view bytes) {
    base::ByteReader in(bytes);
    std::vector<std::string_view> strings(in.count());
    for (auto& string : strings)
        string = in.string();
    if (!in.complete()) return std::nullopt;
    return strings;
}

} // namespace bookstore::replication
