/// POSIX in a shape that cannot leak: descriptors, pipes, and the start of a program.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace spinoff::testing {

/// A child process that could not be started, or did not do in time what was waited for. `what()`
/// has the command, what was waited for, and all that the child has written.
class ProcessError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws ProcessError: `what`, and the words for `error`, an `errno`.
[[noreturn]] void fail_with_errno(const std::string& what, int error);

/// Closes a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  [[nodiscard]] int number() const { return number_; }
  void reset() { *this = Descriptor(-1); }

 private:
  int number_;
};

struct Pipe {
  Descriptor reading;
  Descriptor writing;
};

/// No child inherits an end of it: it would keep it open.
Pipe make_pipe();

/// The command as a user would type it, nearly.
std::string in_words(const std::vector<std::string>& command);

/// Starts a program in a process group of its own, that reads nothing and writes to `output`.
pid_t spawn(const std::vector<std::string>& command,
            const std::map<std::string, std::string>& environment, int output);

}  // namespace spinoff::testing
