/// startnode as a process, in a folder of its own that is to be empty again at the end.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp

#include "support/process.hpp"

namespace runner_test {

using spinoff::testing::ChildProcess;
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

class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "spinoff-runner-XXXXXX";
    path_ = mkdtemp(name.data()) == nullptr ? std::string() : name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string file(std::string_view name) const {
    return path_ + "/" + std::string(name);
  }
  [[nodiscard]] std::string write(std::string_view name, std::string_view text) const {
    std::ofstream(file(name)) << text;
    return file(name);
  }
  [[nodiscard]] std::string read(std::string_view name) const {
    std::ostringstream text;
    text << std::ifstream(file(name)).rdbuf();
    return text.str();
  }
  /// The names of all that is in it, in order.
  [[nodiscard]] Arguments names() const {
    Arguments all;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      all.push_back(entry.path().filename());
    }
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  std::string path_;
};

}  // namespace runner_test
