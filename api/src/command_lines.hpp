/// What the command lines of startnode and of its commands say. Each is read in one call, which
/// throws UsageError.
#pragma once

#include <optional>
#include <string>

#include "runner_options.hpp"

namespace spinoff::api {

struct CommandLine {
  RunnerOptions options;
  std::optional<std::string> config;
  bool list = false;
  /// To be printed instead of running anything: the help, or the version.
  std::optional<std::string> answer;
};

struct KeygenLine {
  std::string file;
  std::string node;
  /// As above.
  std::optional<std::string> answer;
};

/// What the program was called as, without the folder.
std::string program_name(int argc, const char* const* argv);

CommandLine read_command_line(int argc, const char* const* argv);

/// `argv[0]` is the command's own name.
KeygenLine read_keygen_line(const std::string& program, int argc, const char* const* argv);
CommandLine read_mapper_line(const std::string& program, int argc, const char* const* argv);

}  // namespace spinoff::api
