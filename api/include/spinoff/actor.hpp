/// The class that actors derive from.
#pragma once

#include <chrono>
#include <concepts>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <spinoff/detail/behavior.hpp>
#include <spinoff/detail/dispatch.hpp>
#include <spinoff/errors.hpp>
#include <spinoff/events.hpp>
#include <spinoff/log.hpp>
#include <spinoff/props.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/timer.hpp>
#include <spinoff/typed_ref.hpp>

namespace spinoff {

/// An actor handles one message at a time, in `on(const M&)` for each M that its `Receives` lists.
/// Its hooks are virtual functions: `pre_start`, `post_stop`, `supervise` and the rest of
/// detail::Behavior. An error thrown anywhere goes to its supervisor. All members are for the
/// actor's own turns only.
class Actor : public detail::Behavior, private detail::Spawns<Actor, TypedRef> {
 protected:
  using Spawns::spawn;
  using Spawns::spawn_pool;

  [[nodiscard]] Ref self() const;
  /// The actor that spawned this one; the guardian for a top-level actor.
  [[nodiscard]] Ref parent() const;
  /// Who sent the message that is being handled; nobody if that was no actor, or outside of
  /// handlers.
  [[nodiscard]] Ref sender() const;

  /// Finds an actor: `b/c` below this one, `/a/b` from the root, `host:port/a/b` at any node.
  /// Throws LookupFailed for a local one that is not there, InvalidUri for what is no name.
  [[nodiscard]] Ref lookup(std::string_view name) const;

  /// Asks for a `Terminated{actor}` when that actor has stopped, at once if it has already. Gives
  /// the ref back: `auto child = watch(spawn<Child>())`. A watcher without a handler for it fails
  /// with UnhandledTermination.
  template <std::derived_from<Ref> R>
  R watch(R actor) {
    start_watching(actor);
    return actor;
  }
  /// No `Terminated` of that actor will be handled any more, even if it is on its way.
  void unwatch(const Ref& actor);

  /// Passes the message that is being handled on; its sender stays. Move or use the message before.
  void forward(const Ref& to);
  /// Says of the message that is being handled that it is not for this actor after all.
  void unhandled();
  /// Stops this actor when the handler has returned.
  void stop() { self().stop(); }

  /// Sends a message to this actor later; see Ref::send_later.
  template <class M>
  Timer send_later(std::chrono::nanoseconds delay, M&& message) const {
    return self().send_later(delay, std::forward<M>(message));
  }
  /// A timer of that key sends `message` to this actor once, or again and again; it replaces an
  /// earlier one of that key, and ends with the actor.
  template <class M>
  void start_timer(const std::string& key, std::chrono::nanoseconds delay, M&& message) {
    keep_timer(key, send_later(delay, std::forward<M>(message)));
  }
  template <class M>
  void start_periodic_timer(const std::string& key, std::chrono::nanoseconds period, M&& message) {
    keep_timer(key, send_every(period, self(), std::forward<M>(message)));
  }
  void cancel_timer(const std::string& key);

  /// Writes a line with this actor's path: `log("{} of {}", n, total)`.
  template <class... Args>
  void log(fmt::format_string<Args...> format, Args&&... args) const {
    log(LogLevel::info, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void log(LogLevel level, fmt::format_string<Args...> format, Args&&... args) const {
    if (level >= log_level()) {
      detail::write_log(level, self(), format, fmt::make_format_args(args...));
    }
  }

 private:
  friend class detail::Spawns<Actor, spinoff::TypedRef>;
  engine::Cell& spawner() const { return cell(); }
  void start_watching(const Ref& actor);
  void keep_timer(const std::string& key, Timer timer);

  struct Timers;
  struct TimersDeleter {
    void operator()(Timers* timers) const noexcept;
  };
  std::unique_ptr<Timers, TimersDeleter> timers_;
};

}  // namespace spinoff
