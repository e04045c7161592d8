#pragma once
/// \file
/// Defects that the simulators put in on purpose, to see that they are found. In what is shipped `built_in`
/// is a constant false and the compiler drops every site; a simulator's own build of the libraries
/// (BOOKSTORE_MUTANTS) switches one on by name. tests/sim/shop/mutants.hpp lists them.
#include <string_view>

namespace bookstore::base {

#ifdef BOOKSTORE_MUTANTS
inline std::string_view chosen_mutant;
inline bool built_in(std::string_view mutant) {
    return mutant == chosen_mutant;
}
#else
constexpr bool built_in(std::string_view) {
    return false;
}
#endif

} // namespace bookstore::base
