#include <linux/sched.h>
#include <linux/sched/types.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <spinoff/engine/time_slice.hpp>

namespace spinoff::engine {

namespace {

constexpr __u64 kShortestSlice = 100'000;  // ns, the least that the kernel takes
constexpr __u64 kDefault = 0;

// All else stays as it is. False if the thread has another policy, or the kernel knows no slices.
bool set_slice(__u64 slice) noexcept {
  sched_attr attributes{};
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof(attributes), 0) != 0 ||
      attributes.sched_policy != SCHED_NORMAL) {
    return false;
  }
  attributes.sched_runtime = slice;
  return syscall(SYS_sched_setattr, 0, &attributes, 0) == 0;
}

}  // namespace

ShortTimeSlice::ShortTimeSlice() noexcept : is_set_(set_slice(kShortestSlice)) {}

ShortTimeSlice::~ShortTimeSlice() {
  if (is_set_) {
    set_slice(kDefault);
  }
}

}  // namespace spinoff::engine
