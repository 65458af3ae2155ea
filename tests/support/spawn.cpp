#include "spawn.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

namespace spinoff::testing {
namespace {

void check(int error, const char* what) {
  if (error != 0) {
    fail_with_errno(what, error);
  }
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& wanted) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!wanted.contains(std::string(text.substr(0, text.find('='))))) {
      result.emplace_back(text);
    }
  }
  for (const auto& [name, value] : wanted) {
    std::string entry = name;
    entry += '=';
    entry += value;
    result.push_back(std::move(entry));
  }
  return result;
}

std::vector<char*> null_terminated(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) {
    result.push_back(text.data());
  }
  result.push_back(nullptr);
  return result;
}

// posix_spawn's two objects.
class SpawnPlan {
 public:
  explicit SpawnPlan(int output) {
    check(posix_spawn_file_actions_init(&actions_), "posix_spawn_file_actions_init");
    check(posix_spawnattr_init(&attributes_), "posix_spawnattr_init");
    check(posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0),
          "posix_spawn_file_actions_addopen");
    for (const int target : {STDOUT_FILENO, STDERR_FILENO}) {
      check(posix_spawn_file_actions_adddup2(&actions_, output, target),
            "posix_spawn_file_actions_adddup2");
    }
    // The child shall not inherit what a test runner blocks or ignores.
    sigset_t signals;
    sigfillset(&signals);
    check(posix_spawnattr_setsigdefault(&attributes_, &signals), "posix_spawnattr_setsigdefault");
    sigemptyset(&signals);
    check(posix_spawnattr_setsigmask(&attributes_, &signals), "posix_spawnattr_setsigmask");
    check(posix_spawnattr_setpgroup(&attributes_, 0), "posix_spawnattr_setpgroup");
    check(posix_spawnattr_setflags(
              &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK),
          "posix_spawnattr_setflags");
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  pid_t start(std::vector<std::string> command, std::vector<std::string> environment) {
    const std::vector<char*> arguments = null_terminated(command);
    const std::vector<char*> variables = null_terminated(environment);
    pid_t id = -1;
    const int error = posix_spawnp(&id, arguments[0], &actions_, &attributes_, arguments.data(),
                                   variables.data());
    if (error != 0) {
      fail_with_errno("cannot start '" + in_words(command) + "'", error);
    }
    return id;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

void fail_with_errno(const std::string& what, int error) {
  throw ProcessError(what + ": " + std::generic_category().message(error));
}

Descriptor::~Descriptor() {
  if (number_ >= 0) {
    close(number_);
  }
}

Pipe make_pipe() {
  std::array<int, 2> ends{};
  check(pipe2(ends.data(), O_CLOEXEC) == 0 ? 0 : errno, "cannot make a pipe");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

std::string in_words(const std::vector<std::string>& command) {
  std::string text;
  for (const std::string& word : command) {
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

pid_t spawn(const std::vector<std::string>& command,
            const std::map<std::string, std::string>& environment, int output) {
  return SpawnPlan(output).start(command, merged_environment(environment));
}

}  // namespace spinoff::testing
