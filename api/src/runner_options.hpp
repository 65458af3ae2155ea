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
  std::optional<std::string> relays;
  std::optional<std::string> params;
  std::optional<std::string> message;
  std::optional<std::string> pidfile;
  std::optional<int> workers;
  std::optional<std::uint16_t> mapper_port;
  std::optional<LogLevel> log_level;
  std::optional<bool> keep_running;
  std::optional<bool> insecure;
  std::optional<bool> allow_remote_spawn;
  std::optional<bool> allow_relay;
  std::vector<std::string> libraries;
};

/// Those that are plain texts: `--name TEXT` on the command line, `name = "TEXT"` in a file.
struct TextOption {
  std::string_view name;
  std::optional<std::string> RunnerOptions::* value;
  std::string_view placeholder;
  std::string_view help;
};
extern const std::array<TextOption, 11> kTextOptions;

/// The others' names.
inline constexpr std::string_view kWorkers = "workers";
inline constexpr std::string_view kLogLevel = "log-level";
inline constexpr std::string_view kKeepRunning = "keep-running";
inline constexpr std::string_view kLibrary = "library";
inline constexpr std::string_view kMapperPort = "mapper-port";
inline constexpr std::string_view kInsecure = "insecure";
inline constexpr std::string_view kAllowRemoteSpawn = "allow-remote-spawn";
inline constexpr std::string_view kAllowRelay = "allow-relay";

/// `where` says in an error where the text stands. All throw UsageError.
int read_workers(std::string_view where, std::string_view text);
std::uint16_t read_port(std::string_view where, std::string_view text);
LogLevel read_log_level(std::string_view where, std::string_view text);
/// What is left when other nodes may not do what `text` names: words with commas between.
RemoteRights read_rights(std::string_view denied);
/// Node ids with commas between.
std::vector<std::string> read_relays(std::string_view text);

/// Reads a TOML file. Throws UsageError, with the file and the line.
RunnerOptions read_config(const std::string& file);
/// The same, of what the file has in it.
RunnerOptions parse_config(const std::string& file, std::string_view text);

/// `first` where it says something, `second` elsewhere.
RunnerOptions merge(RunnerOptions first, const RunnerOptions& second);

}  // namespace spinoff::api
