/// How long this thread may run before the kernel looks whether others wait.
#pragma once

namespace spinoff::engine {

/// While this lives, the thread asks for a short time slice. Linux (6.12 and later) then lets it
/// run as soon as it wakes, also where another thread is in the middle of a long slice; other
/// kernels do what they did. Costs four system calls.
class ShortTimeSlice {
 public:
  ShortTimeSlice() noexcept;
  ShortTimeSlice(const ShortTimeSlice&) = delete;
  ShortTimeSlice& operator=(const ShortTimeSlice&) = delete;
  ~ShortTimeSlice();

 private:
  bool is_set_ = false;
};

}  // namespace spinoff::engine
