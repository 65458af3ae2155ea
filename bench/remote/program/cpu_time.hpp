/// The processor time that two processes have used together.
#pragma once

#include <chrono>
#include <ctime>
#include <system_error>

#include <sys/types.h>

namespace spinoff::bench {

class CpuTime {
 public:
  /// Of this process and that one, which has to be alive. Throws std::system_error.
  explicit CpuTime(pid_t other) {
    if (const int error = clock_getcpuclockid(other, &other_); error != 0) {
      throw std::system_error(error, std::generic_category(), "no clock of the second process");
    }
  }

  /// Of all threads of both, since their starts.
  [[nodiscard]] std::chrono::nanoseconds now() const {
    return read(CLOCK_PROCESS_CPUTIME_ID) + read(other_);
  }

 private:
  static std::chrono::nanoseconds read(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }

  clockid_t other_{};
};

}  // namespace spinoff::bench
