/// A file with the process's id in it, for whoever wants to signal the process.
#pragma once

#include <string>

#include <sys/types.h>

namespace spinoff::api {

/// The file is there, complete, from the constructor to the destructor. At any time at most one
/// live process has it:
///
///   - The id is written to another file in the same folder first, which is then linked to the
///     name. That fails if the name is taken, and nobody sees a half-written file.
///   - A file whose process is dead is replaced by a rename, under a lock on that old file. Whoever
///     waited for the lock meanwhile finds another file under the name, and begins again.
class Pidfile {
 public:
  /// Throws UsageError if the file belongs to a live process, holds no process id, or cannot be
  /// written.
  explicit Pidfile(std::string path);
  Pidfile(const Pidfile&) = delete;
  Pidfile& operator=(const Pidfile&) = delete;
  ~Pidfile() { remove(); }

  /// Removes the file, unless another process has taken its place. Any thread.
  void remove() const noexcept;

 private:
  // The one file that a path names now.
  struct Identity {
    dev_t device;
    ino_t number;
    bool operator==(const Identity&) const = default;
  };
  static bool identify(const std::string& path, Identity& identity) noexcept;

  bool try_take(const std::string& draft) const;
  void check_is_stale(int file) const;
  [[noreturn]] void fail(const std::string& why) const;

  const std::string path_;
  Identity identity_{};
};

}  // namespace spinoff::api
