#include "signals.hpp"

#include <utility>

#include <unistd.h>

namespace spinoff::api {
namespace {

constexpr int kSignalled = 128;

// Signals that come twice in so short a time were sent once: `timeout` signals its child and then
// its whole group, and a terminal's group gets what a parent may pass on as well.
constexpr std::chrono::milliseconds kSameSignal{100};

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

EndBySignal::EndBySignal(Actions actions)
    : actions_(std::move(actions)), thread_([this](int number) { on_signal(number); }) {}

void EndBySignal::on_signal(int number) {
  const auto now = std::chrono::steady_clock::now();
  if (first_ == 0) {
    first_ = number;
    first_at_ = now;
    actions_.on_first(number);
    return;
  }
  if (number == first_ && now - first_at_ < kSameSignal) {
    return;
  }
  actions_.before_exit();
  _exit(kSignalled + number);
}

std::string_view signal_name(int number) {
  return number == SIGINT ? "SIGINT" : "SIGTERM";
}

StopReason reason_of(int number) {
  return number == SIGINT ? StopReason::interrupted : StopReason::terminated;
}

}  // namespace spinoff::api
