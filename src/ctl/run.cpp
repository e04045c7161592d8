#include <bookstore/ctl/run.hpp>

#include <algorithm>
#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <bookstore/net/http_client.hpp>
#include <bookstore/net/loop.hpp>

#include "ctl/command.hpp"

namespace bookstore::ctl {
namespace {

/// https://no-color.org: set to anything but nothing.
bool colours_unwanted(const std::vector<std::string>& environment) {
    return std::any_of(environment.begin(), environment.end(), [](const std::string& entry) {
        return (entry.starts_with("NO_COLOR=") && entry.size() > 9) || entry == "TERM=dumb";
    });
}

int execute(const Options& options, const Terminal& terminal, bool colours) {
    boost::asio::io_context loop{1};
    const auto scheduler = net::make_loop_scheduler(loop);
    net::HttpClientLimits limits;
    limits.idle_connections_max = 1024; // of a torture's clients
    net::HttpClient http(loop, *scheduler, limits);
    ShopClient shop(http, *scheduler, options.endpoints, options.timeout, options.admin_secret);
    base::Random random(base::random_seed());
    Interruption interruption(loop, *scheduler);
    Context context{options,      shop,         http,           *scheduler,          random,
                    interruption, terminal.out, Style(colours), terminal.interactive};

    const auto commands = all_commands();
    const auto command = std::find_if(commands.begin(), commands.end(),
                                      [&](const Command& c) { return c.name == options.command; });
    int status = 1;
    std::exception_ptr fault;
    boost::asio::co_spawn(loop, command->run(context), [&](std::exception_ptr thrown, int given) {
        fault = thrown;
        status = given;
        loop.stop(); // kept connections would hold it open
    });
    loop.run();
    if (fault) std::rethrow_exception(fault);
    return status;
}

} // namespace

int run(int argc, const char* const* argv, const std::vector<std::string>& environment,
        std::string_view version, const Terminal& terminal) {
    try {
        const Options options = parse_options(argc, argv, environment, version);
        const int status = execute(options, terminal, terminal.interactive && !colours_unwanted(environment));
        terminal.out.flush();
        return status;
    } catch (const Answered& answered) {
        terminal.out << answered.text << std::flush;
        return 0;
    } catch (const UsageError& e) {
        terminal.err << "bookstorectl: " << e.what() << std::endl;
        return 2;
    } catch (const std::exception& e) {
        terminal.err << "bookstorectl: " << e.what() << std::endl;
        return 1;
    }
}

} // namespace bookstore::ctl
