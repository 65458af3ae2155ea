/// Tells how a stress test gets on, and ends the program when it does not.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <thread>

#include "world.hpp"

namespace spinoff::stress {

/// Prints a line each ten seconds. When no actor has done anything and no round has ended for half
/// a minute, says all that it knows, and aborts.
class Watchdog {
 public:
  explicit Watchdog(World& world) : world_(world) {}

 private:
  void run(const std::stop_token& stop);
  void tell(std::chrono::seconds since_begin);
  [[noreturn]] void give_up();

  World& world_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread thread_{[this](const std::stop_token& stop) { run(stop); }};
};

}  // namespace spinoff::stress
