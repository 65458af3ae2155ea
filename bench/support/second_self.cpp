#include "support/second_self.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spinoff::bench {

namespace {

constexpr const char* kThisProgram = "/proc/self/exe";

void check(int error, const char* what) {
  if (error != 0) {
    throw std::system_error(error, std::generic_category(), what);
  }
}

void close_end(int& end) {
  if (end >= 0) {
    close(end);
    end = -1;
  }
}

int in_one_number(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// Neither end is inherited, but for what the child's standard input and output become.
class Pipe {
 public:
  Pipe() { check(pipe2(ends_.data(), O_CLOEXEC) == 0 ? 0 : errno, "cannot make a pipe"); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    for (int& end : ends_) {
      close_end(end);
    }
  }
  [[nodiscard]] int reading() const { return ends_[0]; }
  [[nodiscard]] int writing() const { return ends_[1]; }
  int take_reading() { return std::exchange(ends_[0], -1); }
  int take_writing() { return std::exchange(ends_[1], -1); }

 private:
  std::array<int, 2> ends_{-1, -1};
};

class FileActions {
 public:
  FileActions() {
    check(posix_spawn_file_actions_init(&actions_), "posix_spawn_file_actions_init");
  }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  void use(int from, int as) {
    check(posix_spawn_file_actions_adddup2(&actions_, from, as),
          "posix_spawn_file_actions_adddup2");
  }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

}  // namespace

SecondSelf::SecondSelf(const std::vector<std::string>& arguments) {
  Pipe input;
  Pipe output;
  FileActions actions;
  actions.use(input.reading(), STDIN_FILENO);
  actions.use(output.writing(), STDOUT_FILENO);

  std::vector<std::string> texts(arguments);
  texts.insert(texts.begin(), kThisProgram);
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  check(posix_spawn(&id_, kThisProgram, actions.get(), nullptr, pointers.data(), environ),
        "cannot start a second process of this program");
  input_ = input.take_writing();
  output_ = output.take_reading();
}

SecondSelf::~SecondSelf() {
  if (id_ > 0) {
    kill(id_, SIGKILL);
    wait();
  }
  close_end(input_);
  close_end(output_);
}

std::optional<std::string> SecondSelf::read_line() {
  for (;;) {
    if (const std::size_t end = unread_.find('\n'); end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    std::array<char, 4096> buffer{};
    const ssize_t count = read(output_, buffer.data(), buffer.size());
    if (count > 0) {
      unread_.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || errno != EINTR) {
      return std::nullopt;
    }
  }
}

void SecondSelf::write_line(std::string line) {
  line += '\n';
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t count = write(input_, rest.data(), rest.size());
    if (count >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      check(errno, "cannot write to a second process");
    }
  }
}

void SecondSelf::close_input() {
  close_end(input_);
}

int SecondSelf::wait() {
  int status = 0;
  while (waitpid(id_, &status, 0) < 0 && errno == EINTR) {
  }
  id_ = -1;
  return in_one_number(status);
}

std::optional<int> SecondSelf::status_if_ended() {
  int status = 0;
  if (waitpid(id_, &status, WNOHANG) != id_) {
    return std::nullopt;
  }
  id_ = -1;
  return in_one_number(status);
}

void end_with_first_self() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // If it had ended before that, nobody holds the other end of our input.
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  if (poll(&input, 1, 0) > 0 && (input.revents & POLLHUP) != 0) {
    _exit(EXIT_FAILURE);
  }
}

}  // namespace spinoff::bench
