/// Configuration files of the runner. What is read, written as a file, reads the same; what is not
/// read is refused by UsageError with the file and the line.
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "fuzz.hpp"
#include "runner_options.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::api;
using fuzz::require;
using fuzz::written;

const std::string kFile = "node.toml";

void check(const UsageError& error, bool names_line) {
  const std::string_view what = error.what();
  for (const char c : what) {
    require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F,
            "an error is a line of text: " + std::string(what));
  }
  if (names_line) {
    const std::string_view line = what.substr(std::min(what.size(), kFile.size() + 1));
    require(what.starts_with(kFile + ":") && !line.empty() && line.front() >= '1' &&
                line.front() <= '9',
            "an error begins with the file and the line: " + std::string(what));
  }
}

std::string written(const RunnerOptions& options) {
  std::string file;
  const auto add = [&file](std::string_view name, std::string_view value) {
    file += fmt::format("{} = {}\n", name, value);
  };
  const auto add_flag = [&add](std::string_view name, const std::optional<bool>& value) {
    if (value) {
      add(name, *value ? "true" : "false");
    }
  };
  for (const TextOption& option : kTextOptions) {
    if (const auto& value = options.*option.value) {
      add(option.name, written(*value));
    }
  }
  if (options.workers) {
    add(kWorkers, std::to_string(*options.workers));
  }
  if (options.mapper_port) {
    add(kMapperPort, std::to_string(*options.mapper_port));
  }
  if (options.log_level) {
    constexpr std::string_view kNames[] = {"debug", "info", "warning", "error", "off"};
    add(kLogLevel, written(kNames[static_cast<int>(*options.log_level)]));
  }
  add_flag(kKeepRunning, options.keep_running);
  add_flag(kInsecure, options.insecure);
  add_flag(kAllowRemoteSpawn, options.allow_remote_spawn);
  std::string libraries;
  for (const std::string& library : options.libraries) {
    libraries += written(library) + ", ";
  }
  add(kLibrary, "[" + libraries + "]");
  return file;
}

// Written alike means that they are the same.
void check_options(const RunnerOptions& options) {
  const std::string file = written(options);
  RunnerOptions same;
  try {
    same = parse_config(kFile, file);
  } catch (const UsageError& error) {
    require(false, file + "cannot be read again: " + error.what());
  }
  require(written(same) == file, "the same options: " + file);
  require(written(merge(options, {})) == file, "nothing changes nothing");
  require(written(merge({}, options)) == file, "what the command line leaves out is the file's");
  RunnerOptions name;
  name.name = "of the command line";
  require(merge(name, options).name == name.name, "the command line goes before the file");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  RunnerOptions options;
  try {
    options = parse_config(kFile, fuzz::text_of(data, size));
  } catch (const UsageError& error) {
    check(error, true);
    return 0;
  }
  check_options(options);
  try {
    const RemoteRights rights = read_rights(options.deny.value_or(""));
    require(options.deny.value_or("").empty() || !rights.send || !rights.watch,
            "what is denied is taken away");
  } catch (const UsageError& error) {
    check(error, false);
  }
  return 0;
}
