/// The seam behind which a thread waits for a node, or starts another thread: where one thread runs
/// all of it, a wait has to run the others meanwhile, and there are no other threads.
#pragma once

#include <cstdint>
#include <functional>

#include <spinoff/engine/timer_service.hpp>

namespace spinoff::engine {

class NodeAnchor;

/// Used by that thread only, outside of the turns of actors.
class SoleThread {
 public:
  SoleThread() = default;
  SoleThread(const SoleThread&) = delete;
  SoleThread& operator=(const SoleThread&) = delete;
  virtual ~SoleThread() = default;

  [[nodiscard]] virtual Clock::time_point now() const = 0;
  /// Runs whoever has something to do, and lets time pass when nobody has, until `done` gives true,
  /// or until `limit`; gives what `done` gives then. Throws if that never comes, and nobody will
  /// have anything to do any more.
  virtual bool run_until(const std::function<bool()>& done, Clock::time_point limit) = 0;
  /// Runs `work` later: instead of a thread of its own.
  virtual void run_apart(std::function<void()> work) = 0;
  /// The seam for what is left to chance where no node is known.
  virtual std::uint64_t random() = 0;

  /// That which this thread is; null for others.
  static SoleThread* current() noexcept { return t_current; }
  /// Waits without a limit for something at that node, if one thread runs it. False: it does not.
  static bool wait_for(NodeAnchor* anchor, const std::function<bool()>& done);

 protected:
  static void set_current(SoleThread* sole) noexcept { t_current = sole; }

 private:
  static inline constinit thread_local SoleThread* t_current = nullptr;
};

}  // namespace spinoff::engine
