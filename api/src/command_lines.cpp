// The only source here that includes CLI11, which takes longer to compile than any other.
#include "command_lines.hpp"

#include <cstdint>
#include <functional>
#include <utility>

#include <CLI/CLI.hpp>

#include <spinoff/engine/tbb_executor.hpp>
#include <spinoff/remoting/mapper.hpp>

#include "keygen.hpp"
#include "mapper_command.hpp"

namespace spinoff::api {
namespace {

constexpr const char* kRunnerDescription =
    "Runs a node: a tree of actors, reachable by other nodes.";

constexpr const char* kRunnerFooter =
    R"(The node runs until the actor ends, or until SIGINT or SIGTERM
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

constexpr const char* kKeygenDescription =
    "Makes the keys of a node: FILE, the secret one, and FILE.pub, the public one.";

constexpr const char* kKeygenFooter =
    R"(Give the node the secret one, `--key FILE`, and nobody else. The public one is the line for the
lists of the nodes that it talks to, `--peers`: put it into that file, or the whole FILE.pub into
that folder. Files that are there already are never overwritten.

Example:
  startnode keygen a.key --node 10.0.0.1:9700
)";

constexpr const char* kMapperDescription =
    "Knows the nodes of a host by their names: for URIs such as nodename@host/actor.";

constexpr const char* kMapperFooter =
    R"(Run one on each host whose nodes have names (`startnode --node-name NAME`), listening at the host
by which the nodes are reached. It keeps nothing: nodes claim their names again when it comes back.
With keys it talks only to nodes of the list, and those need its key in theirs, for HOST:PORT.

Example:
  startnode mapper --listen 10.0.0.1:9699 --key mapper.key --peers peers
)";

std::string flag(std::string_view name) {
  return "--" + std::string(name);
}

void add_option(CLI::App& app, std::string_view name,
                const std::function<void(const std::string&)>& take, std::string_view placeholder,
                std::string_view help) {
  app.add_option_function<std::string>(flag(name), take, std::string(help))
      ->type_name(std::string(placeholder));
}

void add_flag(CLI::App& app, std::string_view name, std::optional<bool>& value, std::string help) {
  app.add_flag_function(
      flag(name), [&value](std::int64_t count) { value = count > 0; }, std::move(help));
}

// Gives what is to be printed instead of doing anything: the help, or the version. `before` and
// `after` stand around what is wrong with the line.
std::optional<std::string> parse(CLI::App& app, int argc, const char* const* argv,
                                 const std::string& before, const std::string& after) {
  app.set_help_flag("-h,--help", "Print this help and exit");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return app.help();
  } catch (const CLI::CallForVersion& version) {
    return version.what() + std::string("\n");
  } catch (const CLI::Error& error) {
    throw UsageError(before + error.what() + "; " + after);
  }
  return std::nullopt;
}

// Of `startnode COMMAND`.
std::optional<std::string> parse_command(CLI::App& app, std::string_view command, int argc,
                                         const char* const* argv) {
  const std::string name(command);
  return parse(app, argc, argv, name + ": ", name + " --help says more");
}

void add_options(CLI::App& app, CommandLine& line) {
  RunnerOptions& options = line.options;
  const auto add = [&app](auto&&... how) { add_option(app, how...); };
  for (const TextOption& option : kTextOptions) {
    add(
        option.name, [&options, &option](const std::string& text) { options.*option.value = text; },
        option.placeholder, option.help);
  }
  add_flag(app, kKeepRunning, options.keep_running,
           "Spawn the actor again 1 s after it has ended, until a signal");
  add_flag(app, kInsecure, options.insecure,
           "Let other machines reach the node although it has no keys");
  add_flag(app, kAllowRemoteSpawn, options.allow_remote_spawn,
           "Let actors of other nodes spawn actors here, of any class that --list shows");
  add_flag(app, kAllowRelay, options.allow_relay,
           "Pass on what other nodes say to each other that list this one as a relay");
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
}

}  // namespace

std::string program_name(int argc, const char* const* argv) {
  const std::string_view path = argc > 0 && argv[0] != nullptr ? argv[0] : "";
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.empty() ? "startnode" : std::string(name);
}

CommandLine read_command_line(int argc, const char* const* argv) {
  CommandLine line;
  CLI::App app(kRunnerDescription, program_name(argc, argv));
  app.footer(kRunnerFooter);
  app.get_formatter()->column_width(28);
  add_options(app, line);
  line.answer = parse(app, argc, argv, "", "--help lists the options");
  return line;
}

KeygenLine read_keygen_line(const std::string& program, int argc, const char* const* argv) {
  KeygenLine line;
  CLI::App app(kKeygenDescription, program + " " + std::string(kKeygen));
  app.footer(kKeygenFooter);
  app.add_option("FILE", line.file, "Where the secret key goes")->required();
  app.add_option("--node", line.node,
                 "The node's id, as in its --remoting; host:* for all nodes of a host, '*' for any "
                 "node")
      ->required()
      ->type_name("HOST:PORT");
  line.answer = parse_command(app, kKeygen, argc, argv);
  return line;
}

CommandLine read_mapper_line(const std::string& program, int argc, const char* const* argv) {
  CommandLine line;
  CLI::App app(kMapperDescription, program + " " + std::string(kMapper));
  app.footer(kMapperFooter);
  const auto add = [&app](std::string_view name, std::optional<std::string>& value,
                          std::string_view placeholder, std::string_view help) {
    add_option(app, name, [&value](const std::string& given) { value = given; }, placeholder, help);
  };
  const remoting::MapperOptions defaults;
  add("listen", line.options.remoting, "HOST:PORT",
      "Where; " + defaults.bind.to_string() + " unless told");
  add("key", line.options.key, "FILE", "The mapper's secret key; needs --peers");
  add("peers", line.options.peers, "PATH", "Talk only to nodes of this list; needs --key");
  add_flag(app, kInsecure, line.options.insecure,
           "Let other machines reach the mapper although it has no keys");
  line.answer = parse_command(app, kMapper, argc, argv);
  return line;
}

}  // namespace spinoff::api
