# bookstore_layer(<name> [NEEDS <layer>...] [LIBRARIES <target>...])
#
# A layer is the folder pair include/bookstore/<name> and src/<name>, built as the static library
# bookstore_<name>. NEEDS are the layers whose headers it may include. Each call also appends a line
# "<name>: <needs>" to layers.txt in the build folder, which scripts/check-layers reads.

set(BOOKSTORE_LAYERS_FILE ${CMAKE_BINARY_DIR}/layers.txt)
file(WRITE ${BOOKSTORE_LAYERS_FILE} "")

function(bookstore_layer name)
  cmake_parse_arguments(ARG "" "" "NEEDS;LIBRARIES" ${ARGN})
  list(JOIN ARG_NEEDS " " needs)
  file(APPEND ${BOOKSTORE_LAYERS_FILE} "${name}: ${needs}\n")

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS src/${name}/*.cpp)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS include/bookstore/${name}/*.hpp)
  set(target bookstore_${name})
  list(TRANSFORM ARG_NEEDS PREPEND bookstore_ OUTPUT_VARIABLE needed)
  add_library(${target} STATIC ${sources})
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR}/include FILES ${headers})
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${target} PUBLIC ${needed} ${ARG_LIBRARIES} PRIVATE bookstore_options)
  if("${ARG_NEEDS}" MATCHES "net" OR name STREQUAL "net")
    target_precompile_headers(${target} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/asio_pch.hpp)
  endif()
endfunction()

# A thin main: src/<name>/main.cpp over one layer, which holds everything else.
function(bookstore_executable name)
  cmake_parse_arguments(ARG "" "LAYER" "" ${ARGN})
  add_executable(${name} src/${name}/main.cpp)
  target_compile_definitions(${name} PRIVATE BOOKSTORED_VERSION="${PROJECT_VERSION}")
  target_link_libraries(${name} PRIVATE bookstore_${ARG_LAYER} bookstore_options)
endfunction()
