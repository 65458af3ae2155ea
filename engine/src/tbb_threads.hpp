/// TBB's threads, for as long as any executor of the process needs them.
#pragma once

#include <mutex>
#include <optional>

#include <tbb/global_control.h>

namespace spinoff::engine {

/// TBB by itself starts one thread fewer than there are cores, since it counts on the thread that
/// waits; ours never wait inside an arena. So the process asks for one thread more than its
/// executors have workers.
class TbbThreads {
 public:
  static TbbThreads& instance();

  void add(int workers);
  /// With the last of them, waits for the threads to end. If another part of the program uses TBB,
  /// they stay.
  void remove(int workers);

 private:
  void allow();

  std::mutex mutex_;
  int total_ = 0;
  std::optional<tbb::task_scheduler_handle> handle_;
  std::optional<tbb::global_control> control_;
};

}  // namespace spinoff::engine
