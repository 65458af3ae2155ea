#include "signals.hpp"

#include <utility>

namespace spinoff::api {
namespace {

sigset_t both_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

BlockedSignals::BlockedSignals() {
  const sigset_t both = both_signals();
  pthread_sigmask(SIG_BLOCK, &both, &before_);
}

BlockedSignals::~BlockedSignals() {
  const sigset_t both = both_signals();
  const timespec at_once{};
  while (sigtimedwait(&both, nullptr, &at_once) > 0) {
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

SignalThread::SignalThread(std::function<void(int)> handle)
    : thread_([this, handle = std::move(handle)] {
        const sigset_t both = both_signals();
        int number = 0;
        while (sigwait(&both, &number) == 0 && !ending_.load()) {
          handle(number);
        }
      }) {}

SignalThread::~SignalThread() {
  ending_.store(true);
  // To that thread alone: it wakes up there, and nobody else sees it.
  pthread_kill(thread_.native_handle(), SIGINT);
  thread_.join();
}

std::string_view signal_name(int number) {
  return number == SIGINT ? "SIGINT" : "SIGTERM";
}

}  // namespace spinoff::api
