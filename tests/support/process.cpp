#include "process.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <regex>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spinoff::testing {
namespace {

[[noreturn]] void fail_with_errno(const std::string& what, int error) {
  throw ProcessError(what + ": " + std::generic_category().message(error));
}

void check(int error, const char* what) {
  if (error != 0) {
    fail_with_errno(what, error);
  }
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) {
      close(number_);
    }
  }
  [[nodiscard]] int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

struct Pipe {
  Descriptor reading;
  Descriptor writing;
};

// No other child inherits an end of it: that child would keep it open.
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

std::vector<std::string> merged_environment(std::map<std::string, std::string> wanted) {
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

ChildProcess::ChildProcess(std::vector<std::string> command,
                           const std::map<std::string, std::string>& environment)
    : command_(std::move(command)) {
  if (command_.empty()) {
    throw ProcessError("no command was given");
  }
  Pipe output = make_pipe();
  Pipe stop = make_pipe();
  id_ = SpawnPlan(output.writing.number()).start(command_, merged_environment(environment));
  output_ = output.reading.release();
  stop_reading_ = stop.reading.release();
  keep_reading_ = stop.writing.release();
  reader_ = std::thread([this] { read_output(); });
  waiter_ = std::thread([this] { await_end(); });
}

ChildProcess::~ChildProcess() {
  {
    const std::lock_guard lock(mutex_);
    if (!status_) {
      kill(-id_, SIGKILL);
    }
  }
  waiter_.join();
  close(keep_reading_);
  reader_.join();
  close(stop_reading_);
  close(output_);
}

std::string ChildProcess::wait_for_line(std::string_view part, std::chrono::nanoseconds limit) {
  return wait_for([part](const std::string& line) { return line.find(part) != std::string::npos; },
                  "a line with \"" + std::string(part) + "\"", limit);
}

std::string ChildProcess::wait_for_match(const std::string& pattern,
                                         std::chrono::nanoseconds limit) {
  const std::regex expression(pattern);
  return wait_for(
      [&expression](const std::string& line) { return std::regex_search(line, expression); },
      "a line that matches \"" + pattern + "\"", limit);
}

std::string ChildProcess::wait_for(const Matches& matches, const std::string& what,
                                   std::chrono::nanoseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::unique_lock lock(mutex_);
  for (;;) {
    while (next_line_ < lines_.size()) {
      const std::string& line = lines_[next_line_++];
      if (matches(line)) {
        return line;
      }
    }
    if (output_ended_) {
      fail("its output ended without " + what);
    }
    if (changed_.wait_until(lock, deadline) == std::cv_status::timeout &&
        next_line_ == lines_.size() && !output_ended_) {
      fail("waited too long for " + what);
    }
  }
}

void ChildProcess::signal(int number) {
  // Under the lock, the child is not reaped, so that its id is still its own.
  const std::lock_guard lock(mutex_);
  if (!status_ && kill(id_, number) != 0) {
    fail_with_errno(
        "cannot send signal " + std::to_string(number) + " to '" + in_words(command_) + "'", errno);
  }
}

int ChildProcess::wait(std::chrono::nanoseconds limit) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, limit, [&] { return status_.has_value() && output_ended_; })) {
    fail(status_ ? "it ended, but something else holds its output open"
                 : "waited too long for its end");
  }
  return *status_;
}

bool ChildProcess::has_ended() const {
  const std::lock_guard lock(mutex_);
  return status_.has_value();
}

std::string ChildProcess::output() const {
  const std::lock_guard lock(mutex_);
  return all_lines();
}

// With the mutex locked.
std::string ChildProcess::all_lines() const {
  std::string text;
  for (const std::string& line : lines_) {
    text += line;
    text += '\n';
  }
  return text;
}

// With the mutex locked.
void ChildProcess::fail(const std::string& what) const {
  std::string state = "still running";
  if (status_) {
    state = *status_ < 0 ? "killed by signal " + std::to_string(-*status_)
                         : "ended with exit status " + std::to_string(*status_);
  }
  throw ProcessError("'" + in_words(command_) + "' (" + state + "): " + what +
                     ". All that it wrote:\n" + all_lines() + unfinished_line_);
}

void ChildProcess::read_output() {
  std::array<pollfd, 2> sources{pollfd{output_, POLLIN, 0}, pollfd{stop_reading_, POLLIN, 0}};
  std::array<char, 4096> buffer{};
  for (;;) {
    if (poll(sources.data(), sources.size(), -1) < 0) {
      continue;  // EINTR
    }
    if (sources[0].revents == 0) {
      break;  // told to stop, and nothing is left to read
    }
    const ssize_t size = read(output_, buffer.data(), buffer.size());
    if (size == 0 || (size < 0 && errno != EINTR)) {
      break;
    }
    if (size > 0) {
      take_output({buffer.data(), static_cast<std::size_t>(size)});
    }
  }
  end_output();
}

void ChildProcess::take_output(std::string_view text) {
  const std::lock_guard lock(mutex_);
  for (const char c : text) {
    if (c == '\n') {
      lines_.push_back(std::exchange(unfinished_line_, {}));
    } else {
      unfinished_line_ += c;
    }
  }
  changed_.notify_all();
}

void ChildProcess::end_output() {
  const std::lock_guard lock(mutex_);
  if (!unfinished_line_.empty()) {
    lines_.push_back(std::exchange(unfinished_line_, {}));
  }
  output_ended_ = true;
  changed_.notify_all();
}

void ChildProcess::await_end() {
  // First without reaping it, since signal() must not find its id in other hands.
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  const std::lock_guard lock(mutex_);
  kill(-id_, SIGKILL);
  int status = 0;
  while (waitpid(id_, &status, 0) < 0 && errno == EINTR) {
  }
  status_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  changed_.notify_all();
}

std::uint16_t free_port() {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (socket.number() < 0 || bind(socket.number(), generic, size) != 0 ||
      getsockname(socket.number(), generic, &size) != 0) {
    fail_with_errno("cannot find a free port of 127.0.0.1", errno);
  }
  return ntohs(address.sin_port);
}

}  // namespace spinoff::testing
