/// Threads that come and end as they like, and are all joined.
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace spinoff::engine {

/// Each thread that ends joins the one that ended before it, so at most one is left over, however
/// many have come and gone. Any thread may call all of it.
class Crew {
 public:
  Crew() = default;
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  virtual ~Crew() { join(); }

  /// Runs `work` on a new thread. Throws std::system_error if the system has no more threads.
  virtual void start(std::function<void()> work);
  /// Returns when all threads have ended. Not on one of them.
  void join();

 private:
  using Place = std::list<std::thread>::iterator;
  void leave(Place own);

  std::mutex mutex_;
  std::condition_variable empty_;
  std::list<std::thread> running_;
  std::thread ended_;  // the last that has ended
};

}  // namespace spinoff::engine
