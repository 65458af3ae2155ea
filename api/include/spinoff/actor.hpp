/// The class that actors derive from.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <spinoff/detail/behavior.hpp>
#include <spinoff/detail/dispatch.hpp>
#include <spinoff/detail/handlers.hpp>
#include <spinoff/detail/subscription.hpp>
#include <spinoff/errors.hpp>
#include <spinoff/events.hpp>
#include <spinoff/log.hpp>
#include <spinoff/props.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/stop_task.hpp>
#include <spinoff/timer.hpp>
#include <spinoff/typed_ref.hpp>

namespace spinoff {

/// An actor handles one message at a time, in `on(const M&)` for each M that its `Receives` lists.
/// Its hooks are virtual functions: `pre_start`, `post_stop`, `supervise` and the rest of
/// detail::Behavior. An error thrown anywhere goes to its supervisor. All members are for the
/// actor's own turns only.
///
/// A handler that has to wait is a coroutine, `Task<> on(const M&)`: it may `co_await` a `sleep`,
/// an `ask`, a `join` or another Task, each `with_timeout` if wanted. The actor handles no other
/// message before it is done, and keeps the one that it is about (unless it is passed on with
/// `forward`); a stop waits for it, a kill and a restart drop it where it waits.
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

  /// Spawns an actor of a registered class at another node, and gives a Ref to it:
  ///
  ///     const Ref worker = co_await spawn_on("127.0.0.1:9700", "app.Worker", "count=3");
  ///
  /// `node` is `host:port` (empty: this node), which must allow that: see
  /// NodeOptions::allow_remote_spawn. `parameters` are as behind `--params`; what is a Ref is
  /// looked up there. The actor is this one's child in all but its path: its errors come to
  /// `supervise` (as a CreateFailed, std::logic_error, std::runtime_error, or none of these, with
  /// their text), which decides as for any; `stop()` and `kill()` of the Ref work; it stops when
  /// this actor does, or restarts without keeping its children, and when the nodes lose each other.
  /// Then, too, watchers hear of its end.
  ///
  /// Throws UnknownActorClass or InvalidParameter as that node sees it, InvalidUri for a bad
  /// `node`, and SpawnFailed if it does not allow it, cannot be reached or goes down. Who gives up
  /// waiting has not spawned anything: an actor that was on its way is stopped.
  Task<Ref> spawn_on(std::string node, std::string actor_class, std::string parameters = {});
  Task<Ref> spawn_on(const NodeId& node, std::string actor_class, std::string parameters = {});

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
  /// Spawns and watches: `watch<Child>(args...)`, `watch<Child>({.name = "child"}, args...)`,
  /// `watch(props)`. Throws what `spawn` does.
  template <class A, class... Args>
    requires(std::derived_from<A, detail::Behavior> &&
             !(detail::kIsProps<std::decay_t<Args>> || ...))
  TypedRef<A> watch(Args&&... args) {
    return watch(spawn<A>(std::forward<Args>(args)...));
  }
  template <class A, class... Args>
    requires std::derived_from<A, detail::Behavior>
  TypedRef<A> watch(detail::SpawnOptions options, Args&&... args) {
    return watch(spawn<A>(std::move(options), std::forward<Args>(args)...));
  }
  template <class A, class... Args>
  TypedRef<A> watch(const Props<A, Args...>& props, detail::SpawnOptions options = {}) {
    return watch(spawn(props, std::move(options)));
  }
  /// No `Terminated` of that actor will be handled any more, even if it is on its way.
  void unwatch(const Ref& actor);

  /// Passes the message that is being handled on; its sender stays. Move or use the message before.
  void forward(const Ref& to);
  /// Says of the message that is being handled that it is not for this actor after all. Of a
  /// Terminated it throws UnhandledTermination.
  void unhandled();
  /// From the next message on, these handlers are all that the actor has, in place of those that it
  /// has now: `become(this, &Door::stay_shut, [this](const Key& key) {...})`. A handler is a member
  /// function of one message, or something that is called with one; its message must be in
  /// Receives. What they do not take is unhandled. A restart puts back the handlers named `on`.
  template <class A, class... Handlers>
  void become(A* self, Handlers... handlers) {
    take_on(detail::make_handlers(*self, std::move(handlers)...), false);
  }
  /// The same, but `unbecome` goes back to the handlers that the actor has now.
  template <class A, class... Handlers>
  void become_stacked(A* self, Handlers... handlers) {
    take_on(detail::make_handlers(*self, std::move(handlers)...), true);
  }
  /// From the next message on, the actor has the handlers that it had before the last
  /// `become_stacked`; if there was none, those named `on`.
  void unbecome();

  /// Puts the message that is being handled aside, with its sender, until `unstash_all`. It must
  /// not have been moved from. When the actor restarts, what is stashed is put back; when it stops,
  /// that becomes dead letters. Throws StashOverflow beyond the limit, and std::logic_error if
  /// there is no message, or it was stashed or forwarded already.
  void stash();
  /// Puts all that is stashed in front of what waits in the mailbox, in the order in which it came.
  void unstash_all();
  static constexpr std::size_t kDefaultStashLimit = 1'000;
  /// How many messages can be stashed at a time, from now on, in this instance.
  void set_stash_limit(std::size_t limit);

  /// Whenever the actor has handled nothing for `limit` (more than zero, else
  /// std::invalid_argument), it gets a ReceiveTimeout, without a sender; so again and again, until
  /// cancelled. Replaces an earlier limit, begins to count now, and ends with the instance. Every
  /// message counts, also one of a timer, or one that is unhandled.
  void set_receive_timeout(std::chrono::nanoseconds limit);
  void cancel_receive_timeout();

  /// Stops this actor when the handler has returned.
  void stop() { self().stop(); }

  /// Sends a message to this actor later; see Ref::send_later. It comes to the next instance if
  /// the actor is restarted meanwhile.
  template <class M>
  Timer send_later(std::chrono::nanoseconds delay, M&& message) const {
    return self().send_later(delay, std::forward<M>(message));
  }
  /// A timer of that key, which may be any string, sends `message` to this actor once. It replaces
  /// an earlier one of that key, of which nothing is handled any more, and ends with the instance:
  /// a restarted actor starts its timers anew in `pre_start`.
  template <class M>
  void start_timer(const std::string& key, std::chrono::nanoseconds delay, M&& message) {
    keep_timer(key, send_later(delay, std::forward<M>(message)));
  }
  /// The same, again and again: each `delay` (more than zero, else std::invalid_argument) after the
  /// one before was handled. A process has handled it when it has got it.
  template <class M>
  void start_timer_with_fixed_delay(const std::string& key, std::chrono::nanoseconds delay,
                                    M&& message) {
    keep_timer(key, detail::start_repeated(detail::Repeat::with_fixed_delay, delay, self(),
                                           std::forward<M>(message)));
  }
  /// The same by the clock, however long the handling takes: see send_every.
  template <class M>
  void start_timer_at_fixed_rate(const std::string& key, std::chrono::nanoseconds period,
                                 M&& message) {
    keep_timer(key, send_every(period, self(), std::forward<M>(message)));
  }
  void cancel_timer(const std::string& key);

  /// From now on each event of type E that `filter` accepts comes to this actor as a message,
  /// without a sender. Replaces an earlier subscription to E; ends with the instance, so a restart
  /// subscribes anew in `pre_start`. The filter runs on the thread that publishes, maybe several at
  /// once, with no lock held; it must not block, and if it throws it has not accepted. An Error,
  /// UnhandledMessage or DeadLetter that this actor caused does not come, nor one about such an
  /// event itself.
  template <class E, std::predicate<const E&> Filter>
  void subscribe(Filter filter) {
    detail::check_event<E>();
    start_listening(detail::message_type<E>(),
                    [to = Ref(self()), filter = std::move(filter)](const void* happened) {
                      const E& event = *static_cast<const E*>(happened);
                      if (!detail::leads_in_circles(event, to) && filter(event)) {
                        detail::tell(to, event);
                      }
                    });
  }
  template <class E>
  void subscribe() {
    subscribe<E>([](const E& /*event*/) { return true; });
  }
  /// No event of type E that happens after this comes any more.
  template <class E>
  void unsubscribe() {
    stop_listening(detail::kMessageType<E>);
  }
  /// Tells all who have subscribed to E, at this node.
  template <class E>
  void publish(const E& event) const {
    publish_event(detail::kMessageType<E>, &event);
  }

  /// When the node stops and comes to that phase, this actor gets `message`, and the node waits for
  /// its reply to that (any; the sender is the node's question) or for its end, at most for the
  /// phase's timeout. Replaces an earlier one of that phase; ends with the instance, so a restart
  /// adds it anew in `pre_start`. Throws StopTaskRefused if the phase has begun; in `after_stop`
  /// there are no actors (std::invalid_argument).
  template <class M>
  StopTask on_stop(StopPhase phase, M&& message) {
    return add_stop_task(phase, detail::Envelope::make<detail::Payload<M>>(
                                    detail::Sender{}, std::forward<M>(message)));
  }

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

 public:
  // For the engine: what is stashed.
  detail::EnvelopePtr take_kept() override;
  [[nodiscard]] bool has_kept() const noexcept override;

 private:
  friend class detail::Spawns<Actor, spinoff::TypedRef>;
  engine::Cell& spawner() const { return cell(); }
  void start_watching(const Ref& actor);
  void keep_timer(const std::string& key, Timer timer);
  void take_on(std::shared_ptr<detail::Handlers> handlers, bool on_top);
  void choose_receive();
  static detail::Handled receive(detail::Behavior& actor, detail::EnvelopePtr& message);
  detail::Handled receive_as_behavior(detail::EnvelopePtr& message);
  detail::Handled receive_and_note_silence(detail::EnvelopePtr& message);
  void start_listening(const detail::MessageType& type,
                       std::function<void(const void* event)> callback);
  void stop_listening(const detail::MessageType& type);
  void publish_event(const detail::MessageType& type, const void* event) const;
  StopTask add_stop_task(StopPhase phase, detail::EnvelopePtr question);

  // What ends with the actor.
  struct Belongings;
  struct BelongingsDeleter {
    void operator()(Belongings* belongings) const noexcept;
  };
  Belongings& belongings();
  std::unique_ptr<Belongings, BelongingsDeleter> belongings_;
};

}  // namespace spinoff
