#include <CLI/CLI.hpp>

#include <spinoff/engine/tbb_executor.hpp>

#include "runner_options.hpp"

namespace spinoff::api {
namespace {

constexpr const char* kDescription = "Runs a node: a tree of actors, reachable by other nodes.";

constexpr const char* kFooter = R"(The node runs until the actor ends, or until SIGINT or SIGTERM
stops it in an orderly way; a second signal ends the program at once. Without --actor, but with
--remoting, the node is empty and waits for a signal.

`startnode keygen FILE --node HOST:PORT` makes keys, without which a node only listens at loopback.
`startnode mapper` knows the nodes of its host by name, so that NAME@HOST/actor needs no port. Both
tell more with --help.

Exit status: 0 after a signal or when the actor has ended by itself, 1 when it ended by an error,
2 when the node could not start.

Examples:
  startnode --actor spinoff.examples.example1.ExampleProcess
  startnode --remoting 127.0.0.1:9700 --actor spinoff.examples.example2.ExampleActor --name other
  startnode --remoting 127.0.0.1:9701 --actor spinoff.examples.example2.ExampleProcess \
            --params "other_actor='127.0.0.1:9700/other'"
)";

std::string flag(std::string_view name) {
  return "--" + std::string(name);
}

void add_options(CLI::App& app, CommandLine& line) {
  RunnerOptions& options = line.options;
  const auto add = [&app](std::string_view name, auto take, std::string_view placeholder,
                          std::string_view help) {
    app.add_option_function<std::string>(flag(name), take, std::string(help))
        ->type_name(std::string(placeholder));
  };
  for (const TextOption& option : kTextOptions) {
    add(
        option.name, [&options, &option](const std::string& text) { options.*option.value = text; },
        option.placeholder, option.help);
  }
  app.add_flag_function(
      flag(kKeepRunning), [&options](std::int64_t count) { options.keep_running = count > 0; },
      "Spawn the actor again 1 s after it has ended, until a signal");
  app.add_flag_function(
      flag(kInsecure), [&options](std::int64_t count) { options.insecure = count > 0; },
      "Let other machines reach the node although it has no keys");
  app.add_flag_function(
      flag(kAllowRemoteSpawn),
      [&options](std::int64_t count) { options.allow_remote_spawn = count > 0; },
      "Let actors of other nodes spawn actors here, of any class that --list shows");
  add(
      kWorkers,
      [&options](const std::string& text) { options.workers = read_workers(flag(kWorkers), text); },
      "N",
      "Threads that run actors, 1 to " + std::to_string(engine::kMostWorkers) +
          "; 0, the default: one a core");
  add(
      kMapperPort,
      [&options](const std::string& text) {
        options.mapper_port = read_port(flag(kMapperPort), text);
      },
      "PORT", "Where the mappers of all hosts listen; 9699 unless told");
  app.add_option(flag(kLibrary), options.libraries,
                 "Load a shared object with actor classes; may be given again")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add(
      kLogLevel,
      [&options](const std::string& text) {
        options.log_level = read_log_level(flag(kLogLevel), text);
      },
      "LEVEL", "What to log: debug, info (the default), warning, error or off");
  add(
      "config", [&line](const std::string& text) { line.config = text; }, "FILE",
      "Take options from a TOML file, by the same names; the command line wins");
  app.add_flag("--list", line.list, "List the actor classes with their parameters, and exit");
  app.set_version_flag("--version", "spinoff " SPINOFF_VERSION, "Print the version and exit");
  app.set_help_flag("-h,--help", "Print this help and exit");
}

}  // namespace

std::string program_name(int argc, const char* const* argv) {
  const std::string_view path = argc > 0 && argv[0] != nullptr ? argv[0] : "";
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.empty() ? "startnode" : std::string(name);
}

CommandLine read_command_line(int argc, const char* const* argv) {
  CommandLine line;
  CLI::App app(kDescription, program_name(argc, argv));
  app.footer(kFooter);
  app.get_formatter()->column_width(28);
  add_options(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    line.answer = app.help();
  } catch (const CLI::CallForVersion& version) {
    line.answer = version.what() + std::string("\n");
  } catch (const CLI::Error& error) {
    throw UsageError(error.what() + std::string("; --help lists the options"));
  }
  return line;
}

}  // namespace spinoff::api
