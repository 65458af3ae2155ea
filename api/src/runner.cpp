// The order in which things begin, so that each error leaves nothing behind, and end, in reverse:
// signals are blocked, libraries loaded, what was asked for is checked, the pidfile taken, the
// thread that fetches signals started, the node, the actor. Whatever ends the run (the actor, or
// the first signal) only notes that; the main thread then stops the node. The thread for signals
// meanwhile waits for a second one.
#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <spinoff/api/parse_parameters.hpp>
#include <spinoff/registry.hpp>
#include <spinoff/remoting/mapper.hpp>
#include <spinoff/runner.hpp>

#include "actor_library.hpp"
#include "command_lines.hpp"
#include "keeper.hpp"
#include "keygen.hpp"
#include "mapper_command.hpp"
#include "pidfile.hpp"
#include "runner_log.hpp"
#include "runner_options.hpp"
#include "signals.hpp"

namespace spinoff {
namespace api {
namespace {

constexpr int kFailed = 1;
constexpr int kCannotStart = 2;
/// How the run ends.
struct Outcome {
  int status;
  StopReason reason;
};

/// The outcome, once there is one. The first one counts.
class Result {
 public:
  void set(Outcome outcome) {
    const std::scoped_lock lock(mutex_);
    if (!outcome_) {
      outcome_ = outcome;
    }
    changed_.notify_all();
  }
  Outcome wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return outcome_.has_value(); });
    return *outcome_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Outcome> outcome_;
};

class Runner {
 public:
  Runner(std::string program, const RunnerOptions& options)
      : program_(std::move(program)), options_(options) {}

  int run() {
    check_options();
    if (options_.log_level) {
      set_log_level(*options_.log_level);
    }
    log_with_time();
    if (options_.pidfile) {
      pidfile_.emplace(*options_.pidfile);
    }
    const EndBySignal signals({.on_first = [this](int number) { begin_to_end(number); },
                               .before_exit =
                                   [this] {
                                     if (pidfile_) {
                                       pidfile_->remove();
                                     }
                                   }});
    Node node(node_options());
    if (actor_class_ != nullptr) {
      start_actor(node);
    }
    // Not before: an error above is to be the only line.
    if (node.id()) {
      log("listening at {}", *node.id());
    }
    const Outcome outcome = result_.wait();
    node.stop(outcome.reason);
    return outcome.status;
  }

 private:
  void check_options() {
    if (options_.allow_remote_spawn.value_or(false) && !options_.remoting) {
      throw UsageError("--" + std::string(kAllowRemoteSpawn) +
                       " is for a node that others reach: add --remoting HOST:PORT");
    }
    if (options_.actor) {
      try {
        actor_class_ = &find_actor_class(*options_.actor);
      } catch (const UnknownActorClass& error) {
        throw UsageError(std::string(error.what()) +
                         "; --list shows all that there are, --library FILE adds some");
      }
      parameters_ = parse_parameters(options_.params.value_or(""));
      return;
    }
    const auto belongs = [](std::string_view name, bool given) {
      if (given) {
        throw UsageError("--" + std::string(name) + " is for an actor: add --actor CLASS");
      }
    };
    belongs("name", options_.name.has_value());
    belongs("params", options_.params.has_value());
    belongs("message", options_.message.has_value());
    belongs(kKeepRunning, options_.keep_running.value_or(false));
    if (!options_.remoting) {
      throw UsageError(
          "nothing to run: add --actor CLASS (--list shows the classes), or --remoting HOST:PORT "
          "for an empty node; --help says more");
    }
  }

  [[nodiscard]] NodeOptions node_options() const {
    const auto belongs = [this](std::string_view name, bool given) {
      if (given && !options_.remoting) {
        throw UsageError("--" + std::string(name) +
                         " is for a node that others can reach: add --remoting HOST:PORT");
      }
    };
    belongs("node-name", options_.node_name.has_value());
    belongs(kMapperPort, options_.mapper_port.has_value());
    belongs("key", options_.key.has_value());
    belongs("peers", options_.peers.has_value());
    belongs("deny", options_.deny.has_value());
    belongs("relays", options_.relays.has_value());
    belongs(kAllowRelay, options_.allow_relay.value_or(false));
    belongs(kInsecure, options_.insecure.value_or(false));
    if (options_.remoting) {
      try {
        static_cast<void>(NodeId::parse(*options_.remoting));
      } catch (const InvalidUri& error) {
        throw UsageError(std::string("remoting: ") + error.what());
      }
    }
    return {.workers = options_.workers.value_or(0),
            .remoting = options_.remoting,
            .security = security_of(options_),
            .insecure = options_.insecure.value_or(false),
            .name = options_.node_name.value_or(""),
            .mapper_port = options_.mapper_port.value_or(remoting::kMapperPort),
            .remote_rights = rights(),
            .relays = read_relays(options_.relays.value_or("")),
            .allow_remote_spawn = options_.allow_remote_spawn.value_or(false)};
  }

  [[nodiscard]] RemoteRights rights() const {
    RemoteRights rights = read_rights(options_.deny.value_or(""));
    rights.relay = options_.allow_relay.value_or(false);
    return rights;
  }

  void start_actor(Node& node) {
    KeptActor::start(node, {.actor_class = *actor_class_,
                            .parameters = parameters_,
                            .name = options_.name.value_or(""),
                            .message = options_.message,
                            .keep_running = options_.keep_running.value_or(false),
                            .on_end = [this](bool by_error) {
                              result_.set({by_error ? kFailed : 0, StopReason::actor_ended});
                            }});
  }

  void begin_to_end(int number) {
    log("{}: stopping; a second signal ends the program at once", signal_name(number));
    result_.set({0, reason_of(number)});
  }

  template <class... Args>
  void log(fmt::format_string<Args...> format, Args&&... args) const {
    if (LogLevel::info >= log_level()) {
      detail::write_log(LogLevel::info, program_, format, fmt::make_format_args(args...));
    }
  }

  const std::string program_;
  const RunnerOptions& options_;
  const ActorClass* actor_class_ = nullptr;
  Parameters parameters_;
  std::optional<Pidfile> pidfile_;
  Result result_;
};

// Throws UnknownActorClass if there are two of one name.
void check_classes() {
  for (const ActorClass* const actor_class : registered_actor_classes()) {
    static_cast<void>(find_actor_class(actor_class->name()));
  }
}

void print_classes() {
  std::string text;
  for (const ActorClass* const actor_class : registered_actor_classes()) {
    text += actor_class->name();
    text += '\n';
    for (const ActorClass::Parameter& parameter : actor_class->parameters()) {
      text += "    ";
      text += parameter.name;
      text += ": ";
      text += parameter.type;
      text += '\n';
    }
  }
  std::fputs(text.c_str(), stdout);
}

int run(const std::string& program, int argc, const char* const* argv) {
  if (argc > 1 && argv[1] == kKeygen) {
    return run_keygen(program, argc - 1, argv + 1);
  }
  if (argc > 1 && argv[1] == kMapper) {
    return run_mapper(program, argc - 1, argv + 1);
  }
  CommandLine line = read_command_line(argc, argv);
  if (line.answer) {
    std::fputs(line.answer->c_str(), stdout);
    return 0;
  }
  if (line.config) {
    line.options = merge(std::move(line.options), read_config(*line.config));
  }
  const BlockedSignals blocked;
  for (const std::string& library : line.options.libraries) {
    load_actor_library(library);
  }
  check_classes();
  if (line.list) {
    print_classes();
    return 0;
  }
  return Runner(program, line.options).run();
}

}  // namespace
}  // namespace api

int run_node(int argc, const char* const* argv) {
  const std::string program = api::program_name(argc, argv);
  int status = api::kCannotStart;
  std::string problem;
  try {
    status = api::run(program, argc, argv);
  } catch (const std::exception& error) {
    problem = error.what();
  }
  set_log_sink({});
  if (!problem.empty()) {
    // One line, whatever a library or a file name put into it.
    std::replace_if(
        problem.begin(), problem.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
    std::fprintf(stderr, "%s: %s\n", program.c_str(), problem.c_str());
  }
  return status;
}

}  // namespace spinoff
