#include "process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <regex>
#include <utility>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spinoff::testing {

ChildProcess::ChildProcess(std::vector<std::string> command,
                           const std::map<std::string, std::string>& environment,
                           std::function<void(const std::string& line)> on_line)
    : command_(std::move(command)), on_line_(std::move(on_line)) {
  if (command_.empty()) {
    throw ProcessError("no command was given");
  }
  Pipe output = make_pipe();
  Pipe stop = make_pipe();
  output_ = std::move(output.reading);
  stop_reading_ = std::move(stop.reading);
  keep_reading_ = std::move(stop.writing);
  id_ = spawn(command_, environment, output.writing.number());
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
  keep_reading_.reset();
  reader_.join();
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
  std::array<pollfd, 2> sources{pollfd{output_.number(), POLLIN, 0},
                                pollfd{stop_reading_.number(), POLLIN, 0}};
  std::array<char, 4096> buffer{};
  for (;;) {
    if (poll(sources.data(), sources.size(), -1) < 0) {
      continue;  // EINTR
    }
    if (sources[0].revents == 0) {
      break;  // told to stop, and nothing is left to read
    }
    const ssize_t size = read(output_.number(), buffer.data(), buffer.size());
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
      take_line();
    } else {
      unfinished_line_ += c;
    }
  }
  changed_.notify_all();
}

// With the mutex locked.
void ChildProcess::take_line() {
  lines_.push_back(std::exchange(unfinished_line_, {}));
  if (on_line_) {
    on_line_(lines_.back());
  }
}

void ChildProcess::end_output() {
  const std::lock_guard lock(mutex_);
  if (!unfinished_line_.empty()) {
    take_line();
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

}  // namespace spinoff::testing
