/// What the runner is told, on its command line and in its configuration file.
#pragma once

#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <spinoff/log.hpp>
#include <spinoff/security.hpp>

namespace spinoff::api {

/// The runner cannot do what it was told. `what()` is one sentence for its user.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct RunnerOptions {
  std::optional<std::string> actor;
  std::optional<std::string> name;
  std::optional<std::string> remoting;
  std::optional<std::string> node_name;
  std::optional<std::string> key;
  std::optional<std::string> peers;
  std::optional<std::string> deny;
  std::optional<std::string> params;
  std::optional<std::string> message;
  std::optional<std::string> pidfile;
  std::optional<int> workers;
  std::optional<std::uint16_t> mapper_port;
  std::optional<LogLevel> log_level;
  std::optional<bool> keep_running;
  std::optional<bool> insecure;
  std::optional<bool> allow_remote_spawn;
  std::vector<std::string> libraries;
};

/// Those that are plain texts: `--name TEXT` on the command line, `name = "TEXT"` in a file.
struct TextOption {
  std::string_view name;
  std::optional<std::string> RunnerOptions::* value;
  std::string_view placeholder;
  std::string_view help;
};
extern const std::array<TextOption, 10> kTextOptions;

/// The others' names.
inline constexpr std::string_view kWorkers = "workers";
inline constexpr std::string_view kLogLevel = "log-level";
inline constexpr std::string_view kKeepRunning = "keep-running";
inline constexpr std::string_view kLibrary = "library";
inline constexpr std::string_view kMapperPort = "mapper-port";
inline constexpr std::string_view kInsecure = "insecure";
inline constexpr std::string_view kAllowRemoteSpawn = "allow-remote-spawn";

/// `where` says in an error where the text stands. All throw UsageError.
int read_workers(std::string_view where, std::string_view text);
std::uint16_t read_port(std::string_view where, std::string_view text);
LogLevel read_log_level(std::string_view where, std::string_view text);
/// What is left when other nodes may not do what `text` names: words with commas between.
RemoteRights read_rights(std::string_view denied);

struct CommandLine {
  RunnerOptions options;
  std::optional<std::string> config;
  bool list = false;
  /// To be printed instead of running anything: the help, or the version.
  std::optional<std::string> answer;
};

/// What the program was called as, without the folder.
std::string program_name(int argc, const char* const* argv);

/// Throws UsageError.
CommandLine read_command_line(int argc, const char* const* argv);

/// Reads a TOML file. Throws UsageError, with the file and the line.
RunnerOptions read_config(const std::string& file);

/// `first` where it says something, `second` elsewhere.
RunnerOptions merge(RunnerOptions first, const RunnerOptions& second);

}  // namespace spinoff::api
