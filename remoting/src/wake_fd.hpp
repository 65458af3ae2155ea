/// A file descriptor that one thread can wait for and others can signal.
#pragma once

namespace spinoff::remoting {

class WakeFd {
 public:
  /// Throws std::system_error.
  WakeFd();
  ~WakeFd();
  WakeFd(const WakeFd&) = delete;
  WakeFd& operator=(const WakeFd&) = delete;

  void signal() const noexcept;
  void clear() const noexcept;
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

}  // namespace spinoff::remoting
