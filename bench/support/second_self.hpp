/// This program, started a second time as a process of its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace spinoff::bench {

/// Its standard output can be read line by line here, its standard input be written so until
/// `close_input`, and its standard error is ours. The destructor kills it if it still runs. One
/// thread at a time.
class SecondSelf {
 public:
  /// Throws std::system_error.
  explicit SecondSelf(const std::vector<std::string>& arguments);
  SecondSelf(const SecondSelf&) = delete;
  SecondSelf& operator=(const SecondSelf&) = delete;
  ~SecondSelf();

  [[nodiscard]] pid_t id() const noexcept { return id_; }
  /// Waits for the next line; none when the output has ended.
  std::optional<std::string> read_line();
  /// Throws std::system_error, also if it has ended: ignore SIGPIPE before.
  void write_line(std::string line);
  /// It reads the end of its input: by agreement, the sign to end.
  void close_input();
  /// Waits for its end: its exit status, or the negative number of the signal that killed it.
  int wait();
  /// The same if it has ended already, else none; not both.
  std::optional<int> status_if_ended();

 private:
  pid_t id_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::string unread_;
};

/// For the second process: it shall not outlive the first, whatever happens there.
void end_with_first_self();

}  // namespace spinoff::bench
