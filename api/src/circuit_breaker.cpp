#include <algorithm>
#include <mutex>
#include <string>

#include <spinoff/circuit_breaker.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>

namespace spinoff::detail {

using engine::Clock;

namespace {

/// The time and the chance of the node of the actor that runs, or else of `to`.
struct Moment {
  explicit Moment(const Ref& to) {
    if (engine::Cell* const running = engine::Cell::running()) {
      look_at(running->node());
    } else if (to) {
      const engine::NodeAnchor::Entry entry(*RefAccess::target(to)->anchor());
      if (entry.node() != nullptr) {
        look_at(*entry.node());
      }
    }
  }
  void look_at(engine::NodeCore& node) {
    now = node.timers().now();
    share = node.random().share();
  }

  Clock::time_point now = Clock::now();
  double share = 0;
};

void check(const CircuitBreakerOptions& options) {
  const auto zero = std::chrono::nanoseconds::zero();
  if (options.max_failures == 0) {
    throw std::invalid_argument("a circuit breaker's max_failures must be 1 at least");
  }
  if (options.call_timeout <= zero || options.reset_timeout.min <= zero) {
    throw std::invalid_argument("a circuit breaker's timeouts must be more than zero");
  }
  options.reset_timeout.check();
}

}  // namespace

class Circuit {
 public:
  struct Pass {
    std::uint64_t epoch;
    bool trial;
  };

  explicit Circuit(CircuitBreakerOptions options) : options_(std::move(options)) {}

  Pass enter(Clock::time_point now) {
    std::unique_lock lock(mutex_);
    if (state_ == CircuitState::closed) {
      return {epoch_, false};
    }
    if (state_ == CircuitState::half_open) {
      throw CircuitOpen("the circuit is open: a call is on trial, wait for its outcome");
    }
    if (now < trial_at_) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(trial_at_ - now);
      throw CircuitOpen("the circuit is open: too many calls have failed, try again in " +
                        std::to_string(left.count()) + " ms");
    }
    change(CircuitState::half_open);
    const Pass pass{epoch_, true};
    lock.unlock();
    tell(CircuitState::half_open);
    return pass;
  }

  void leave(Pass pass, bool succeeded, const Moment& moment) {
    std::unique_lock lock(mutex_);
    if (pass.epoch != epoch_) {
      return;
    }
    if (succeeded) {
      failures_ = 0;
      if (!pass.trial) {
        return;
      }
      failed_trials_ = 0;
      change(CircuitState::closed);
    } else {
      if (!pass.trial && ++failures_ < options_.max_failures) {
        return;
      }
      if (pass.trial) {
        ++failed_trials_;
      }
      trial_at_ =
          engine::due_after(moment.now, options_.reset_timeout.wait(failed_trials_, moment.share));
      change(CircuitState::open);
    }
    const CircuitState state = state_;
    lock.unlock();
    tell(state);
  }

  [[nodiscard]] CircuitState state() const {
    const std::scoped_lock lock(mutex_);
    return state_;
  }
  [[nodiscard]] std::chrono::nanoseconds call_timeout() const { return options_.call_timeout; }

 private:
  void change(CircuitState state) {
    state_ = state;
    failures_ = 0;
    ++epoch_;
  }
  void tell(CircuitState state) const {
    if (options_.on_change) {
      options_.on_change(state);
    }
  }

  const CircuitBreakerOptions options_;
  mutable std::mutex mutex_;
  CircuitState state_ = CircuitState::closed;
  unsigned failures_ = 0;
  std::uint64_t epoch_ = 0;     // one more with each change
  unsigned failed_trials_ = 0;  // in a row
  Clock::time_point trial_at_;
};

CircuitCall::CircuitCall(std::shared_ptr<Circuit> circuit, Ref to)
    : circuit_(std::move(circuit)), to_(std::move(to)) {
  const auto [epoch, trial] = circuit_->enter(Moment(to_).now);
  epoch_ = epoch;
  trial_ = trial;
}

CircuitCall::~CircuitCall() {
  if (circuit_ != nullptr && trial_) {
    try {
      end(false);
    } catch (...) {  // the callback's error has nowhere to go
    }
  }
}

void CircuitCall::end(bool succeeded) {
  if (const auto circuit = std::exchange(circuit_, nullptr)) {
    circuit->leave({epoch_, trial_}, succeeded, Moment(to_));
  }
}

std::shared_ptr<Circuit> make_circuit(CircuitBreakerOptions options) {
  check(options);
  return std::make_shared<Circuit>(std::move(options));
}

CircuitState state_of(const Circuit& circuit) {
  return circuit.state();
}

std::chrono::nanoseconds call_timeout_of(const Circuit& circuit) {
  return circuit.call_timeout();
}

}  // namespace spinoff::detail
