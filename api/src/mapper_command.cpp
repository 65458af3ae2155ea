#include "mapper_command.hpp"

#include <cstdio>

#include <spinoff/log.hpp>
#include <spinoff/remoting/mapper.hpp>

#include "command_lines.hpp"
#include "keygen.hpp"
#include "runner_log.hpp"
#include "runner_options.hpp"
#include "signals.hpp"

namespace spinoff::api {
namespace {

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
  const CommandLine line = read_mapper_line(program, argc, argv);
  if (line.answer) {
    std::fputs(line.answer->c_str(), stdout);
    return 0;
  }
  remoting::MapperOptions mapper_with = mapper_options(line.options);
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
