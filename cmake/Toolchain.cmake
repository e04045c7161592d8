# The language, the warnings and what the sanitizer presets switch on; nothing about the project's parts.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

set(BOOKSTORE_SANITIZE "" CACHE STRING "Sanitizers for every target, e.g. address,undefined or thread")

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers are hashed by content; without these a second build directory or checkout shares nothing.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CCACHE})
endif()

# When it optimises, GCC 12 reports bounds inside std::string's own code (GCC bugs 105329 and 105651).
set(FALSE_WHEN_OPTIMISED
    -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-mismatched-new-delete)

add_library(bookstore_options INTERFACE)
target_compile_options(bookstore_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wcast-qual -Wformat=2 -Wnull-dereference -Werror
  # GCC 12 reports uninitialised and dangling members inside Asio's coroutine frames (GCC bug 105562 and kin).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-null-dereference>
  # The dev build keeps these.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:RelWithDebInfo>>:${FALSE_WHEN_OPTIMISED}>)

# For what is compiled only to run simulations, in every preset: how many runs fit into a minute is what they are worth.
add_library(bookstore_optimised INTERFACE)
target_compile_options(bookstore_optimised INTERFACE -O2
  $<$<CXX_COMPILER_ID:GNU>:${FALSE_WHEN_OPTIMISED}>)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(bookstore_options INTERFACE -fcoroutines)
else()
  # libstdc++ 12 uses its own deprecated functions, e.g. inside std::stable_partition.
  target_compile_options(bookstore_options INTERFACE -Wno-deprecated-declarations)
endif()
option(BOOKSTORE_FUZZ "Build the fuzz targets for libFuzzer (clang only)" OFF)
if(BOOKSTORE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(BOOKSTORE_SANITIZE)
  add_compile_options(-fsanitize=${BOOKSTORE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${BOOKSTORE_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC's sanitizer instrumentation raises false alarms on library code; the plain builds keep warnings errors.
    target_compile_options(bookstore_options INTERFACE -Wno-error)
  endif()
endif()
