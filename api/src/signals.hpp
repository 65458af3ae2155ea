/// SIGINT and SIGTERM as calls on one thread. No handler is ever installed: both are blocked in all
/// threads, and one thread fetches them. So nothing is interrupted, and none gets lost.
#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <string_view>
#include <thread>

#include <spinoff/stop_phase.hpp>

namespace spinoff::api {

/// Blocks both signals in the calling thread, and so in all that it starts from then on. In the
/// destructor those that nobody has fetched are forgotten, and the former state returns.
class BlockedSignals {
 public:
  BlockedSignals();
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals();

 private:
  sigset_t before_{};
};

/// Calls `handle` with the number of each signal that comes, one after the other. Both have to be
/// blocked in all threads.
class SignalThread {
 public:
  explicit SignalThread(std::function<void(int)> handle);
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;
  ~SignalThread();

 private:
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

/// The first signal asks for an orderly end, the second ends the program at once, with the exit
/// status 128 plus its number. Both signals have to be blocked in all threads.
class EndBySignal {
 public:
  struct Actions {
    std::function<void(int number)> on_first;
    std::function<void()> before_exit;
  };
  explicit EndBySignal(Actions actions);

 private:
  void on_signal(int number);

  const Actions actions_;
  // Of the thread below.
  int first_ = 0;
  std::chrono::steady_clock::time_point first_at_;
  SignalThread thread_;
};

/// `SIGINT` or `SIGTERM`.
std::string_view signal_name(int number);
StopReason reason_of(int number);

}  // namespace spinoff::api
