#pragma once
/// \file
/// Lets Catch print a base::result whose value has no operator<<.
#include <string>

#include <catch2/catch.hpp>

#include <bookstore/base/error.hpp>

namespace Catch {

template <typename T>
struct StringMaker<bookstore::base::result<T>> {
    static std::string convert(const bookstore::base::result<T>& result) {
        return result.has_value() ? "a value" : result.error().message();
    }
};

} // namespace Catch
