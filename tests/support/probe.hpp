/// What tests of actors share: a place where threads put what they see, a node's events as such a
/// place, and an actor that does what a test tells it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <spinoff/spinoff.hpp>

#include "gate.hpp"

namespace spinoff {

// How Boost.Test shows refs in a comparison that failed.
inline std::ostream& boost_test_print_type(std::ostream& out, const Ref& ref) {
  return out << ref.to_string();
}
template <class A>
std::ostream& boost_test_print_type(std::ostream& out, const TypedRef<A>& ref) {
  return out << ref.to_string();
}

}  // namespace spinoff

namespace spinoff::testing {

/// A queue from any threads to the test. Copies share it.
template <class T>
class Collector {
 public:
  /// `what` is what comes, in words that follow "waited for".
  explicit Collector(std::string what) : state_(std::make_shared<State>(std::move(what))) {}

  void add(T value) const {
    const std::lock_guard lock(state_->mutex);
    state_->values.push_back(std::move(value));
    state_->changed.notify_all();
  }

  /// The oldest that was not taken yet. Throws WaitedTooLong.
  T next() const {
    std::unique_lock lock(state_->mutex);
    if (!state_->changed.wait_for(lock, kWaitLimit, [&] { return !state_->values.empty(); })) {
      throw WaitedTooLong("waited for " + state_->what);
    }
    T value = std::move(state_->values.front());
    state_->values.pop_front();
    return value;
  }

  std::vector<T> next(std::size_t count) const {
    std::vector<T> values;
    while (values.size() < count) {
      values.push_back(next());
    }
    return values;
  }

  /// All that has come and was not taken.
  std::vector<T> rest() const {
    const std::lock_guard lock(state_->mutex);
    std::vector<T> values(std::make_move_iterator(state_->values.begin()),
                          std::make_move_iterator(state_->values.end()));
    state_->values.clear();
    return values;
  }

  [[nodiscard]] bool empty() const {
    const std::lock_guard lock(state_->mutex);
    return state_->values.empty();
  }

 private:
  struct State {
    explicit State(std::string text) : what(std::move(text)) {}
    const std::string what;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<T> values;
  };
  std::shared_ptr<State> state_;
};

/// What actors did, line by line.
using Log = Collector<std::string>;

/// The events of one type from now on.
template <class E>
Collector<E> listen(Node& node) {
  const Collector<E> seen("the event " + std::string(detail::kMessageType<E>.name));
  node.subscribe<E>([seen](const E& event) { seen.add(event); });
  return seen;
}

/// Failures are what many tests are about: they are not printed. The workers are enough for all the
/// actors that a test holds in their handlers.
inline NodeOptions quiet() {
  return {.workers = 4, .log_events = false};
}

class Puppet;

/// What a Puppet is to do, in a turn of its own.
struct Do {
  std::function<void(Puppet&)> what;
};

/// An actor that does what it is told, and may do in public what actors do in private.
class Puppet : public Actor {
 public:
  using Receives = Messages<Do>;
  void on(const Do& order) { order.what(*this); }

  using Actor::cancel_timer;
  using Actor::forward;
  using Actor::lookup;
  using Actor::on_stop;
  using Actor::parent;
  using Actor::publish;
  using Actor::self;
  using Actor::send_later;
  using Actor::sender;
  using Actor::spawn;
  using Actor::start_timer;
  using Actor::start_timer_at_fixed_rate;
  using Actor::start_timer_with_fixed_delay;
  using Actor::stop;
  using Actor::subscribe;
  using Actor::unsubscribe;
  using Actor::unwatch;
  using Actor::watch;
};

/// Has a Puppet call `order` in its turn, and gives what that gives, or throws what that throws
/// (which then is no failure of the actor).
template <class F>
auto call(const Ref& puppet, F order) {
  using Result = std::invoke_result_t<F, Puppet&>;
  const auto promise = std::make_shared<std::promise<Result>>();
  auto result = promise->get_future();
  puppet << Do{[promise, order = std::move(order)](Puppet& me) {
    try {
      if constexpr (std::is_void_v<Result>) {
        order(me);
        promise->set_value();
      } else {
        promise->set_value(order(me));
      }
    } catch (...) {
      promise->set_exception(std::current_exception());
    }
  }};
  if (result.wait_for(kWaitLimit) != std::future_status::ready) {
    throw WaitedTooLong("waited for " + puppet.to_string() + " to do as it was told");
  }
  return result.get();
}

/// Returns when the actor has handled all that this thread sent to it before.
inline void drain(const Ref& puppet) {
  call(puppet, [](Puppet&) {});
}

/// Keeps a Puppet in the middle of a handler until it is let go.
class Held {
 public:
  explicit Held(const Ref& puppet) {
    puppet << Do{[gates = gates_](Puppet&) {
      gates->entered.open();
      gates->leave.wait();
    }};
    gates_->entered.wait();
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() { let_go(); }

  void let_go() const { gates_->leave.open(); }

 private:
  struct Gates {
    Gate entered{"the actor to be in the middle of a handler"};
    Gate leave{"the test to let the handler return"};
  };
  // Shared, since the handler may be about to return when the test is done with it.
  std::shared_ptr<Gates> gates_ = std::make_shared<Gates>();
};

/// Returns when the actor is gone and its name free.
inline void stop_and_wait(Node& node, const Ref& actor) {
  const auto stopped = listen<Terminated>(node);
  actor.stop();
  while (stopped.next().actor != actor) {
  }
}

/// Stops the actor and gives up the Ref to it. Returns when its place is free for another actor:
/// there must be no other Ref to it.
inline void forget(Node& node, Ref actor) {
  detail::Target& place = *detail::RefAccess::target(actor);
  const std::uint32_t generation = detail::RefAccess::generation(actor);
  drain(actor);  // a stop would overtake what it was told
  stop_and_wait(node, actor);
  actor = Ref();
  // Nothing tells of this; the actor's last turn is about to do it.
  const auto limit = std::chrono::steady_clock::now() + kWaitLimit;
  while (place.try_retain(generation)) {
    place.release();
    if (std::chrono::steady_clock::now() > limit) {
      throw WaitedTooLong("waited for a stopped actor to be forgotten");
    }
    std::this_thread::yield();
  }
}

/// An actor that notes whose end it hears of.
class Watcher : public Puppet {
 public:
  using Receives = Messages<Do, Terminated>;
  explicit Watcher(Collector<Ref> ends) : ends_(std::move(ends)) {}
  using Puppet::on;
  void on(const Terminated& end) { ends_.add(end.actor); }

 private:
  Collector<Ref> ends_;
};

}  // namespace spinoff::testing
