/// Spares an actor that does not answer, and those who would wait for it.
///
///     CircuitBreaker breaker({.max_failures = 3, .call_timeout = 1s});
///     const Price price = co_await breaker.ask<Price>(shop, question);  // or .get(), outside
#pragma once

#include <chrono>
#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

#include <spinoff/ask.hpp>
#include <spinoff/backoff.hpp>
#include <spinoff/errors.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/typed_ref.hpp>

namespace spinoff {

/// The circuit is open: nothing was sent. `what()` says when the next trial may be.
class CircuitOpen : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class CircuitState : std::uint8_t {
  closed,     ///< calls go through
  open,       ///< calls fail at once
  half_open,  ///< one call is on trial, others fail at once
};

struct CircuitBreakerOptions {
  /// So many failures in a row open the circuit; at least 1.
  unsigned max_failures = 5;
  /// A call that takes longer has failed.
  std::chrono::nanoseconds call_timeout = std::chrono::seconds(5);
  /// How long the circuit is open before a call is tried; more than zero. It grows with each trial
  /// that fails; the first one that succeeds ends that, so `reset` does not count.
  Backoff reset_timeout = {.min = std::chrono::seconds(10), .max = std::chrono::minutes(5)};
  /// Told of each change, by the thread whose call made it, with no lock held.
  std::function<void(CircuitState)> on_change = {};
};

namespace detail {

class Circuit;

/// One call, which has an outcome or is dropped.
class CircuitCall {
 public:
  /// Throws CircuitOpen. The time is that of the node of the actor that runs, or of `to`.
  CircuitCall(std::shared_ptr<Circuit> circuit, Ref to);
  CircuitCall(CircuitCall&& other) noexcept = default;
  CircuitCall(const CircuitCall&) = delete;
  CircuitCall& operator=(const CircuitCall&) = delete;
  CircuitCall& operator=(CircuitCall&&) = delete;
  ~CircuitCall();

  /// What `get` gives is the outcome, or what it throws, if that is a Timeout or AskFailed.
  template <class Get>
  auto outcome_of(Get get) {
    try {
      auto reply = get();
      end(true);
      return reply;
    } catch (const Timeout&) {
      end(false);
      throw;
    } catch (const AskFailed&) {
      end(false);
      throw;
    }
  }

 private:
  void end(bool succeeded);

  std::shared_ptr<Circuit> circuit_;  // null when the call has ended
  Ref to_;
  std::uint64_t epoch_ = 0;
  bool trial_ = false;
};

std::shared_ptr<Circuit> make_circuit(CircuitBreakerOptions options);
CircuitState state_of(const Circuit& circuit);
std::chrono::nanoseconds call_timeout_of(const Circuit& circuit);

}  // namespace detail

/// A Future whose outcome a circuit breaker learns. Used the same way.
template <class Reply>
class [[nodiscard]] GuardedFuture {
 public:
  GuardedFuture(detail::CircuitCall call, Future<Reply> future)
      : call_(std::move(call)), future_(std::move(future)) {}

  Reply get() {
    return call_.outcome_of([this] { return future_.get(); });
  }
  [[nodiscard]] bool ready() const { return future_.ready(); }

  class Awaiter {
   public:
    explicit Awaiter(GuardedFuture& guarded)
        : call_(guarded.call_), awaiter_(guarded.future_.operator co_await()) {}
    [[nodiscard]] bool await_ready() const { return awaiter_.await_ready(); }
    bool await_suspend(std::coroutine_handle<> handle) { return awaiter_.await_suspend(handle); }
    Reply await_resume() {
      return call_.outcome_of([this] { return awaiter_.await_resume(); });
    }
    void interrupt(std::exception_ptr reason) { awaiter_.interrupt(std::move(reason)); }

   private:
    detail::CircuitCall& call_;
    typename Future<Reply>::Awaiter awaiter_;
  };
  Awaiter operator co_await() { return Awaiter(*this); }

 private:
  detail::CircuitCall call_;
  Future<Reply> future_;
};

/// A value: copies share one circuit. Any thread. A call has failed when it gives Timeout or
/// AskFailed. What calls that began before the last change give does not count any more; a trial
/// whose future is dropped has failed.
class CircuitBreaker {
 public:
  /// Throws std::invalid_argument for an option out of its range.
  explicit CircuitBreaker(CircuitBreakerOptions options = {})
      : circuit_(detail::make_circuit(std::move(options))) {}

  /// Asks if the circuit lets it through, else throws CircuitOpen at once.
  /// What the reply is follows from the message, if that declares it.
  template <class Reply = detail::DeclaredReply, std::derived_from<Ref> To, class M>
  GuardedFuture<detail::ReplyTo<Reply, M>> ask(const To& to, M&& message) const {
    detail::CircuitCall call(circuit_, to);
    const std::chrono::nanoseconds timeout = detail::call_timeout_of(*circuit_);
    return {std::move(call),
            to.template ask<detail::ReplyTo<Reply, M>>(std::forward<M>(message), timeout)};
  }

  /// Open also when a trial is due, since only a call begins it.
  [[nodiscard]] CircuitState state() const { return detail::state_of(*circuit_); }

 private:
  std::shared_ptr<detail::Circuit> circuit_;
};

}  // namespace spinoff
