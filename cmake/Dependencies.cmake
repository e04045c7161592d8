# Everything from Debian's packages (scripts/setup installs them); docs/dependencies.md says why each is there.

find_package(Boost 1.81 REQUIRED COMPONENTS json program_options)
find_package(OpenSSL 3 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(Threads REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED CONFIG)
find_package(PkgConfig REQUIRED)
pkg_check_modules(systemd REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)

# Asio and Beast are compiled once, in src/net/asio_impl.cpp, not into every file that includes them.
add_library(asio_settings INTERFACE)
target_compile_definitions(asio_settings INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_link_libraries(asio_settings INTERFACE Boost::headers Threads::Threads)
