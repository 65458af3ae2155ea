/// Real child processes for integration tests.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/types.h>

#include "gate.hpp"
#include "spawn.hpp"

namespace spinoff::testing {

/// A child process in a process group of its own, with nothing on its standard input. What it
/// writes to standard output and standard error is read line by line by a thread, in the order
/// written. Nothing of it is left after the destructor: it kills the group.
///
/// One thread at a time may call the functions of one object.
class ChildProcess {
 public:
  /// Starts `command`: the program, looked for in PATH if it has no slash, and its arguments. It
  /// gets this process's environment with `environment` on top. `on_line` is called with each line
  /// at once, by the thread that reads. Throws ProcessError.
  explicit ChildProcess(std::vector<std::string> command,
                        const std::map<std::string, std::string>& environment = {},
                        std::function<void(const std::string& line)> on_line = {});
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  [[nodiscard]] pid_t id() const noexcept { return id_; }

  /// The next line that has `part` in it. "Next" begins behind the line that the call before
  /// returned, so that equal lines can be waited for one after the other; lines that are written
  /// while nobody waits are not lost. Throws ProcessError when the child's output ends without such
  /// a line, or after `limit`.
  std::string wait_for_line(std::string_view part, std::chrono::nanoseconds limit = kWaitLimit);
  /// The same for a line in which a regular expression (as in ECMAScript) finds something.
  std::string wait_for_match(const std::string& pattern,
                             std::chrono::nanoseconds limit = kWaitLimit);

  /// Sends it a signal, unless it has ended.
  void signal(int number);

  /// Returns when it has ended and all that it wrote is read: its exit status, or the number of the
  /// signal that killed it, negative. What it has started itself, and left running, is killed.
  /// Throws ProcessError after `limit`. May be called again.
  int wait(std::chrono::nanoseconds limit = kWaitLimit);

  [[nodiscard]] bool has_ended() const;
  /// All lines so far, each ended by `\n`.
  [[nodiscard]] std::string output() const;

 private:
  using Matches = std::function<bool(const std::string&)>;
  std::string wait_for(const Matches& matches, const std::string& what,
                       std::chrono::nanoseconds limit);
  [[noreturn]] void fail(const std::string& what) const;
  void read_output();
  void take_output(std::string_view text);
  void take_line();
  void end_output();
  void await_end();
  [[nodiscard]] std::string all_lines() const;

  const std::vector<std::string> command_;
  const std::function<void(const std::string&)> on_line_;
  pid_t id_ = -1;
  Descriptor output_{-1};
  // Closing its other end stops the reader, also if a stranger keeps the output open.
  Descriptor stop_reading_{-1};
  Descriptor keep_reading_{-1};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  std::string unfinished_line_;
  std::size_t next_line_ = 0;
  bool output_ended_ = false;
  std::optional<int> status_;

  std::thread reader_;
  std::thread waiter_;
};

}  // namespace spinoff::testing
