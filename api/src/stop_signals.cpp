#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include <spinoff/engine/cell.hpp>
#include <spinoff/log.hpp>
#include <spinoff/stop_signals.hpp>

#include "signals.hpp"

namespace spinoff {

namespace {

/// Shared with the callbacks of nodes, which may come late.
struct Signalled {
  std::mutex mutex;
  std::condition_variable changed;
  int number = 0;
};

}  // namespace

class StopSignals::Impl {
 public:
  void run(Node& node) const {
    // Whoever waits looks at the node itself; this only wakes him.
    const std::uint64_t subscription =
        node.subscribe<NodeStopping>([signalled = signalled_](const NodeStopping&) {
          const std::scoped_lock lock(signalled->mutex);
          signalled->changed.notify_all();
        });
    int number = 0;
    {
      std::unique_lock lock(signalled_->mutex);
      signalled_->changed.wait(lock, [&] { return signalled_->number != 0 || node.is_stopping(); });
      number = signalled_->number;
    }
    node.stop(number == 0 ? StopReason::requested : api::reason_of(number));
    node.unsubscribe(subscription);
  }

 private:
  static void log(int number) {
    if (LogLevel::info >= log_level()) {
      const std::string_view name = api::signal_name(number);
      detail::write_log(LogLevel::info, "node",
                        "{}: stopping; a second signal ends the program at once",
                        fmt::make_format_args(name));
    }
  }

  void note(int number) const {
    log(number);
    const std::scoped_lock lock(signalled_->mutex);
    signalled_->number = number;
    signalled_->changed.notify_all();
  }

  const std::shared_ptr<Signalled> signalled_ = std::make_shared<Signalled>();
  const api::BlockedSignals blocked_;
  const api::EndBySignal end_{
      {.on_first = [this](int number) { note(number); }, .before_exit = [] {}}};
};

StopSignals::StopSignals() : impl_(std::make_unique<Impl>()) {}
StopSignals::~StopSignals() = default;

void StopSignals::run(Node& node) {
  if (engine::Cell::running() != nullptr) {
    throw std::logic_error(
        "StopSignals::run() would block the actor's worker: call it from a thread of your own");
  }
  impl_->run(node);
}

}  // namespace spinoff
