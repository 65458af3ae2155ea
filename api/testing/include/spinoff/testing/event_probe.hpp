/// Probes of a node's events: dead letters, errors, and any other.
#pragma once

#include <chrono>
#include <concepts>
#include <deque>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <spinoff/errors.hpp>
#include <spinoff/events.hpp>
#include <spinoff/node.hpp>
#include <spinoff/testing/expectation.hpp>

namespace spinoff::testing {

/// Hears each event E of a node from now on, in order. For one thread, which is no actor's. As with
/// Probe, a wait runs the nodes of a simulation.
template <std::copy_constructible E>
class EventProbe {
 public:
  explicit EventProbe(Node& node) : node_(node), heard_(std::make_shared<Heard>(node)) {
    subscription_ = node.subscribe<E>([heard = heard_](const E& event) {
      const auto lock = heard->meeting.lock();
      heard->events.push_back(event);
      heard->meeting.tell();
    });
  }
  EventProbe(const EventProbe&) = delete;
  EventProbe& operator=(const EventProbe&) = delete;
  ~EventProbe() { node_.unsubscribe(subscription_); }

  /// The next event. Throws ExpectationFailed if none comes within `limit`.
  E expect(std::chrono::nanoseconds limit = kPatience) {
    return expect([](const E& /*event*/) { return true; }, limit);
  }
  /// The next one that `accepts` takes; those before it are gone.
  template <std::predicate<const E&> Accepts>
  E expect(const Accepts& accepts, std::chrono::nanoseconds limit = kPatience,
           std::string_view what = {}) {
    std::size_t others = 0;
    const bool came = heard_->meeting.wait(
        [&] {
          while (!heard_->events.empty() && !accepts(std::as_const(heard_->events.front()))) {
            heard_->events.pop_front();
            ++others;
          }
          return !heard_->events.empty();
        },
        limit);
    if (!came) {
      throw ExpectationFailed("expected the event " + name() + std::string(what) + " within " +
                              detail::milliseconds(limit) + ", but it did not come (" +
                              std::to_string(others) + " others did)");
    }
    return take();
  }
  /// None is there, and none comes for so long.
  void expect_none(std::chrono::nanoseconds duration = kQuiet) {
    if (heard_->meeting.wait([this] { return !heard_->events.empty(); }, duration)) {
      throw ExpectationFailed("expected no event " + name() + " for " +
                              detail::milliseconds(duration) + ", but one came");
    }
  }

 private:
  struct Heard {
    explicit Heard(const Node& node) : meeting(node) {}
    detail::Meeting meeting;
    std::deque<E> events;
  };

  static std::string name() { return std::string(spinoff::detail::kMessageType<E>.name); }
  E take() {
    const auto lock = heard_->meeting.lock();
    E event = std::move(heard_->events.front());
    heard_->events.pop_front();
    return event;
  }

  Node& node_;
  const std::shared_ptr<Heard> heard_;
  std::uint64_t subscription_ = 0;
};

/// Messages that nobody has handled.
class DeadLetterProbe : public EventProbe<DeadLetter> {
 public:
  using EventProbe::EventProbe;
  using EventProbe::expect;

  /// The next dead letter that is an M.
  template <class M>
  DeadLetter expect(std::chrono::nanoseconds limit = kPatience) {
    return expect([](const DeadLetter& event) { return event.message.is<M>(); }, limit,
                  " of " + std::string(spinoff::detail::message_type<M>().name));
  }
};

/// Errors that actors have thrown, whatever their supervisors did about them.
class ErrorProbe : public EventProbe<Error> {
 public:
  using EventProbe::EventProbe;
  using EventProbe::expect;

  /// The next error that is an X (or of a class that derives from it) with `text` in its `what()`.
  template <std::derived_from<std::exception> X>
  Error expect(std::string_view text = {}, std::chrono::nanoseconds limit = kPatience) {
    return expect([text](const Error& event) { return is<X>(event.error, text); }, limit,
                  " with '" + std::string(text) + "'");
  }

 private:
  template <class X>
  static bool is(const std::exception_ptr& error, std::string_view text) {
    try {
      std::rethrow_exception(error);
    } catch (const X& expected) {
      return std::string_view(expected.what()).find(text) != std::string_view::npos;
    } catch (...) {
      return false;
    }
  }
};

}  // namespace spinoff::testing
