/// startnode as a process.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "support/folder.hpp"
#include "support/process.hpp"

namespace runner_test {

using spinoff::testing::ChildProcess;
using spinoff::testing::Folder;
using Arguments = std::vector<std::string>;

inline Arguments startnode(const Arguments& arguments) {
  Arguments command{STARTNODE};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

/// With the test's own actors.
inline Arguments with_actors(std::string_view actor, const Arguments& more = {}) {
  Arguments arguments{"--library", RUNNER_ACTORS, "--actor", "runner_test." + std::string(actor)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return startnode(arguments);
}

struct Ended {
  int status;
  std::string output;
};

inline Ended run(const Arguments& command) {
  ChildProcess process(command);
  const int status = process.wait();
  return {status, process.output()};
}

inline bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// Where a node says that it listens.
inline std::string address_of(ChildProcess& node) {
  constexpr std::string_view kListening = "listening at ";
  const std::string line = node.wait_for_line(kListening);
  return line.substr(line.find(kListening) + kListening.size());
}

}  // namespace runner_test
