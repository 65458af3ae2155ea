#include "mapper_command.hpp"

#include <cstdio>

#include <CLI/CLI.hpp>

#include <spinoff/log.hpp>
#include <spinoff/remoting/mapper.hpp>

#include "keygen.hpp"
#include "runner_log.hpp"
#include "runner_options.hpp"
#include "signals.hpp"

namespace spinoff::api {
namespace {

constexpr const char* kDescription =
    "Knows the nodes of a host by their names: for URIs such as nodename@host/actor.";

constexpr const char* kFooter =
    R"(Run one on each host whose nodes have names (`startnode --node-name NAME`), listening at the host
by which the nodes are reached. It keeps nothing: nodes claim their names again when it comes back.
With keys it talks only to nodes of the list, and those need its key in theirs, for HOST:PORT.

Example:
  startnode mapper --listen 10.0.0.1:9699 --key mapper.key --peers peers
)";

template <class... Args>
void log(const std::string& program, LogLevel level, fmt::format_string<Args...> format,
         Args&&... args) {
  if (level >= log_level()) {
    detail::write_log(level, program, format, fmt::make_format_args(args...));
  }
}

remoting::MapperOptions mapper_options(const RunnerOptions& options) {
  remoting::MapperOptions mapper;
  if (options.remoting) {
    try {
      mapper.bind = NodeId::parse(*options.remoting);
    } catch (const InvalidUri& error) {
      throw UsageError(std::string("--listen: ") + error.what());
    }
  }
  mapper.security = security_of(options);
  mapper.insecure = options.insecure.value_or(false);
  if (mapper.security && mapper.insecure) {
    throw UsageError(
        "a mapper with keys is not insecure: leave out --key and --peers, or --insecure");
  }
  return mapper;
}

}  // namespace

int run_mapper(const std::string& program, int argc, const char* const* argv) {
  RunnerOptions options;
  CLI::App app(kDescription, program + " " + std::string(kMapper));
  app.footer(kFooter);
  const auto text = [&app](const char* name, std::optional<std::string>& value,
                           const char* placeholder, const std::string& help) {
    app.add_option_function<std::string>(
           name, [&value](const std::string& given) { value = given; }, help)
        ->type_name(placeholder);
  };
  const remoting::MapperOptions defaults;
  text("--listen", options.remoting, "HOST:PORT",
       "Where; " + defaults.bind.to_string() + " unless told");
  text("--key", options.key, "FILE", "The mapper's secret key; needs --peers");
  text("--peers", options.peers, "PATH", "Talk only to nodes of this list; needs --key");
  app.add_flag_function(
      "--insecure", [&options](std::int64_t count) { options.insecure = count > 0; },
      "Let other machines reach the mapper although it has no keys");
  app.set_help_flag("-h,--help", "Print this help and exit");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return 0;
  } catch (const CLI::Error& error) {
    throw UsageError(std::string(kMapper) + ": " + error.what() + "; " + std::string(kMapper) +
                     " --help says more");
  }
  remoting::MapperOptions mapper_with = mapper_options(options);
  mapper_with.on_rejected = [&program](const std::string& what) {
    log(program, LogLevel::warning, "{}", what);
  };
  const BlockedSignals blocked;
  remoting::Mapper mapper(std::move(mapper_with));
  log_with_time();
  const EndBySignal signals({.on_first = [&mapper](int) { mapper.stop(); }, .before_exit = [] {}});
  log(program, LogLevel::info, "listening at {}", mapper.node_id());
  mapper.run();
  return 0;
}

}  // namespace spinoff::api
