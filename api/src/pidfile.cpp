#include "pidfile.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <spinoff/serialization/quoted.hpp>

#include "runner_options.hpp"

namespace spinoff::api {
namespace {

// Others that start at the same moment may be faster, but not for ever.
constexpr int kAttempts = 100;

std::string in_words(int error) {
  return std::generic_category().message(error);
}

class File {
 public:
  File(const std::string& path, int flags) : number_(open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (number_ >= 0) {
      close(number_);
    }
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

class RemovedAtEnd {
 public:
  explicit RemovedAtEnd(const std::string& path) : path_(path) {}
  RemovedAtEnd(const RemovedAtEnd&) = delete;
  RemovedAtEnd& operator=(const RemovedAtEnd&) = delete;
  ~RemovedAtEnd() { unlink(path_.c_str()); }

 private:
  const std::string& path_;
};

// 0 if the file holds anything but one process id.
pid_t read_id(int file) {
  std::array<char, 32> buffer{};
  const ssize_t size = pread(file, buffer.data(), buffer.size(), 0);
  if (size <= 0) {
    return 0;
  }
  const char* const end = buffer.data() + size;
  pid_t id = 0;
  const auto [rest, error] = std::from_chars(buffer.data(), end, id);
  const std::string_view tail(rest, static_cast<std::size_t>(end - rest));
  const bool complete = tail.find_first_not_of(" \n") == std::string_view::npos;
  return error == std::errc() && complete && id > 0 ? id : 0;
}

bool is_alive(pid_t id) {
  // One's own number is that of a process before this one, as often in containers.
  return id != getpid() && (kill(id, 0) == 0 || errno == EPERM);
}

}  // namespace

Pidfile::Pidfile(std::string path) : path_(std::move(path)) {
  const std::string id = std::to_string(getpid());
  const std::string draft = path_ + "." + id;
  const std::string line = id + "\n";
  const RemovedAtEnd removed(draft);
  {
    // One that is there was left by a process of this number that was killed. Whatever it is now, a
    // link say, nothing is written through it.
    unlink(draft.c_str());
    const File file(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
    if (file.number() < 0) {
      fail(in_words(errno));
    }
    const ssize_t written = write(file.number(), line.data(), line.size());
    if (written != static_cast<ssize_t>(line.size())) {
      fail(in_words(written < 0 ? errno : ENOSPC));
    }
  }
  static_cast<void>(identify(draft, identity_));
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (try_take(draft)) {
      return;
    }
  }
  fail("others keep replacing it");
}

bool Pidfile::try_take(const std::string& draft) const {
  if (link(draft.c_str(), path_.c_str()) == 0) {
    return true;
  }
  if (errno != EEXIST) {
    fail(in_words(errno));
  }
  const File old(path_, O_RDONLY | O_NONBLOCK);
  if (old.number() < 0) {
    if (errno == ENOENT) {
      return false;
    }
    fail(in_words(errno));
  }
  struct stat opened{};
  Identity named{};
  if (flock(old.number(), LOCK_EX) != 0 || fstat(old.number(), &opened) != 0 ||
      !identify(path_, named) || named != Identity{opened.st_dev, opened.st_ino}) {
    return false;
  }
  check_is_stale(old.number());
  if (rename(draft.c_str(), path_.c_str()) != 0) {
    fail(in_words(errno));
  }
  return true;
}

void Pidfile::check_is_stale(int file) const {
  const pid_t id = read_id(file);
  if (id == 0) {
    fail("the file is there and holds no process id; remove it, or name another one");
  }
  if (is_alive(id)) {
    fail("it belongs to process " + std::to_string(id) +
         ", which is running; stop that one, or name another file");
  }
}

void Pidfile::remove() const noexcept {
  Identity named{};
  if (identify(path_, named) && named == identity_) {
    unlink(path_.c_str());
  }
}

bool Pidfile::identify(const std::string& path, Identity& identity) noexcept {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) {
    return false;
  }
  identity = {status.st_dev, status.st_ino};
  return true;
}

void Pidfile::fail(const std::string& why) const {
  throw UsageError("cannot take the pidfile " + serialization::quoted(path_) + ": " + why);
}

}  // namespace spinoff::api
