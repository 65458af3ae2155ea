/// Real time: one thread that sleeps until the next timer is due.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include <spinoff/engine/timer_service.hpp>

namespace spinoff::engine {

/// One lock guards the wheel. Tasks fire after it is let go, so that they may start timers and
/// send.
class TimerThread final : public TimerService {
 public:
  TimerThread();
  ~TimerThread() override;

  [[nodiscard]] Clock::time_point now() const override { return Clock::now(); }
  void start(TimerTask& task, Clock::time_point due) override;
  void cancel(TimerTask& task) noexcept override;

 private:
  void run();

  const Clock::time_point epoch_ = Clock::now();
  std::mutex mutex_;
  std::condition_variable changed_;
  TimerWheel wheel_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace spinoff::engine
