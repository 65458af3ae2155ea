#include <ctime>
#include <fstream>
#include <string>

#include <sys/types.h>
#include <unistd.h>

#include <spinoff/engine/thread_state.hpp>

namespace spinoff::engine {

namespace {

// The kernel's name for a thread's clock (CPUCLOCK_PERTHREAD and CPUCLOCK_SCHED in the kernel's
// posix-timers.h). It is what pthread_getcpuclockid gives, which must not be asked about a thread
// that has ended.
clockid_t clock_of(ThreadId thread) noexcept {
  constexpr unsigned kBits = 3;
  constexpr unsigned kPerThreadSched = 6;
  return static_cast<clockid_t>((~static_cast<unsigned>(thread) << kBits) | kPerThreadSched);
}

}  // namespace

ThreadId this_thread_id() noexcept {
  static thread_local const ThreadId id = gettid();
  return id;
}

std::chrono::nanoseconds cpu_time_of(ThreadId thread) noexcept {
  timespec time{};
  if (clock_gettime(clock_of(thread), &time) != 0) {
    return std::chrono::nanoseconds(0);
  }
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// `17 (a name, maybe with brackets) S ...`
bool is_asleep(ThreadId thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= line.size()) {
    return true;
  }
  const char state = line[name_end + 2];
  return state == 'S' || state == 'D';
}

}  // namespace spinoff::engine
