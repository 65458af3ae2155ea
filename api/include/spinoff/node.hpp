/// A node: a tree of actors and the threads that run them.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <spinoff/counters.hpp>
#include <spinoff/events.hpp>
#include <spinoff/props.hpp>
#include <spinoff/security.hpp>
#include <spinoff/stop_task.hpp>
#include <spinoff/typed_ref.hpp>
#include <spinoff/uri.hpp>

namespace spinoff {

class ActorClass;

namespace detail {
class NodeInside;
}

/// A node that cannot start: an address in use or not of this machine, an option out of range.
/// `what()` says which, and what to do.
class NodeStartFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct NodeOptions {
  /// Threads that run actors; 0: as many as there are cores. At most 4094.
  int workers = 0;
  /// `host:port` under which other nodes reach this one; port 0 takes a free one. Without it the
  /// node talks to nobody.
  std::optional<std::string> remoting = std::nullopt;
  /// The largest message, encoded, that the node sends to another one or takes from it: 1 KiB to
  /// 1 GiB. What is over this limit of either node is a dead letter where it was sent, and an ask
  /// fails. Each other node can have up to four messages of that size under way to this one, which
  /// keeps what has come of them.
  std::size_t max_message_bytes = std::size_t{64} << 20U;
  /// Keys, for itself and of the nodes that it talks to. Without them whoever reaches the port may
  /// speak for any node, so then it has to be one of loopback, or `insecure`.
  std::optional<Security> security = std::nullopt;
  /// Other machines may reach the node although it has no keys: only for networks all of whose
  /// users you trust.
  bool insecure = false;
  /// The node is also `name@host`, without its port, as long as the mapper of its host runs
  /// (`startnode mapper`). It claims the name when it starts, and again whenever a mapper comes;
  /// NodeStartFailed if another node that is alive has it. Letters, digits, `-`, `_`, `.`, up
  /// to 63.
  std::string name = {};
  /// Where the mappers of all hosts listen.
  std::uint16_t mapper_port = 9699;
  /// What actors at other nodes may do here.
  RemoteRights remote_rights = {};
  /// What becomes of a top-level actor that fails. `Escalate` stops the whole node, as
  /// `request_stop` does, and `Default` does so where it escalates.
  Decision on_failure = Decision::Stop;
  /// How long `stop` waits, for all phases together, before it kills.
  std::chrono::nanoseconds stop_limit = std::chrono::seconds(30);
  /// How long it waits for the tasks of each phase, see `on_stop`.
  StopTimeouts stop_timeouts = {};
  /// Messages that one actor handles before others get their turn; at least 1.
  unsigned turn_budget = 128;
  /// Each multiple of so many messages that wait for one actor is a HighWaterMarkReached; 0: none.
  /// Should be several times the `turn_budget`: what is worked off in one turn may not be seen.
  std::size_t high_water_mark = 10000;
  /// How often the node tells each other node that it is there, when it has nothing else to say.
  std::chrono::nanoseconds heartbeat = std::chrono::seconds(1);
  /// Another node that was not heard of for this long is down. It must be longer than the heartbeat
  /// of each node that this one talks to; several times as long, or one lost packet ends a session.
  std::chrono::nanoseconds silence = std::chrono::seconds(3);
  /// How long messages wait for a node that is not up yet, before they are dead letters.
  std::chrono::nanoseconds unreachable_after = std::chrono::seconds(10);
  /// What may wait here for one other node, because it is not up yet or takes messages more slowly
  /// than they come: so many messages, at least 1, and ...
  std::size_t max_queued_messages = 1'000'000;
  /// ... so many bytes of them, encoded, with some 64 for what each needs besides; at least 1, and
  /// one message alone may be larger. More are dead letters at once, and questions fail; with
  /// `send_when_room` they wait. Watches and their ends are not counted.
  std::size_t max_queued_bytes = std::size_t{256} << 20U;
  /// When this share of either waits for one node, there is a NodeHighWaterMarkReached; 0 to 1, and
  /// 0: none.
  double queue_high_water_mark = 0.5;
  /// Nodes, each `host:port`, that pass on what this one and others say to each other where they
  /// cannot reach each other directly. Both ends have to list the relay, which keeps them connected
  /// with it, and the relay has to allow it (RemoteRights::relay). It can read what it passes on,
  /// and is trusted to say truly who it is from. The node itself may be in its own list, which says
  /// nothing.
  std::vector<std::string> relays = {};
  /// How long another node is tried directly, or not heard of, before relays are tried, too; more
  /// than 0. Without it, one and a half heartbeats. A session only goes on by a relay when the
  /// direct way ends if this leaves a heartbeat of the `silence`.
  std::optional<std::chrono::nanoseconds> relay_after = std::nullopt;
  /// Whether actors of other nodes may spawn actors here, of any registered class; see
  /// Actor::spawn_on. Whoever reaches the node may then run what those classes do.
  bool allow_remote_spawn = false;
  /// Of all that the node leaves to chance, such as jitter and routers without a seed of their own;
  /// the same seed makes the same choices in the same order. Without it, another one at each start.
  std::optional<std::uint64_t> seed = std::nullopt;
  /// How many threads actors of Dispatcher::blocking may have at once, all together: 1 to 32768.
  /// They start when they are needed; when there are so many, actors wait for their turns.
  int blocking_threads = 64;
  /// How long such a thread waits for another actor before it ends.
  std::chrono::nanoseconds blocking_idle_limit = std::chrono::seconds(10);
  /// How long an actor of the pool may be blocked in its turn before the event BlockingCall tells
  /// of it, up to half as long again after it; 0: for ever. While any worker is awake, this costs a
  /// timer that looks at them four times as often; at most each millisecond.
  std::chrono::nanoseconds blocking_threshold = std::chrono::milliseconds(100);
  /// Errors of actors, blocking calls, dead letters and nodes that come and go are logged.
  bool log_events = true;
};

/// Several nodes may live in one process. All members may be called by any thread, except that the
/// destructor must not run in an actor of the node.
class Node : private detail::Spawns<Node, TypedRef> {
 public:
  /// Starts the node. Throws NodeStartFailed, or InvalidUri for a bad `remoting`.
  explicit Node(const NodeOptions& options = {});
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  /// Stops the node if that has not happened.
  ~Node();

  /// Spawns a top-level actor; see detail::Spawns.
  using Spawns::spawn;
  /// The same for the routees of a router.
  using Spawns::spawn_pool;

  /// Finds an actor: `/a/b` on this node, `host:port/a/b` or `nodename@host/a/b` anywhere. Throws
  /// LookupFailed for a path that nobody has here, InvalidUri for what is no name.
  [[nodiscard]] Ref lookup(std::string_view uri) const;

  /// The node's name for others; none without remoting.
  [[nodiscard]] const std::optional<NodeId>& id() const;
  [[nodiscard]] int workers() const;
  /// What the workers have done so far; after `stop`, what they had done.
  [[nodiscard]] Counters counters() const;

  /// Calls `callback` for each event of type E, on the thread where it happens, maybe several
  /// threads at once; it must not block. Gives what `unsubscribe` takes.
  template <class E, class F>
  std::uint64_t subscribe(F callback) {
    return subscribe(detail::kMessageType<E>, [callback = std::move(callback)](const void* event) {
      callback(*static_cast<const E*>(event));
    });
  }
  void unsubscribe(std::uint64_t subscription);
  /// Calls all who have subscribed to E, on this thread, and tells actors that have.
  template <class E>
  void publish(const E& event) {
    publish(detail::kMessageType<E>, &event);
  }

  /// Adds what the node does while it stops: `task()` or `task(const Stopping&)`, on a thread of
  /// its own. The tasks of a phase run side by side; the phase ends with the last of them, or by
  /// its timeout, and then those that are left go on alone: mind what they refer to. One that
  /// throws gives StopTaskFailed. `name` is for events and the log. Throws StopTaskRefused if the
  /// phase has begun.
  template <class F>
    requires std::invocable<F&> || std::invocable<F&, const Stopping&>
  StopTask on_stop(StopPhase phase, std::string name, F task) {
    if constexpr (std::invocable<F&, const Stopping&>) {
      return add_stop_task(phase, std::move(name), std::move(task));
    } else {
      return add_stop_task(phase, std::move(name),
                           [task = std::move(task)](const Stopping&) mutable { task(); });
    }
  }
  /// The same for a question: `actor` gets `message` when the phase begins, and is done with its
  /// reply, whatever that is. In `after_stop` only actors of other nodes can be asked.
  template <std::derived_from<Ref> R, class M>
  StopTask on_stop(StopPhase phase, std::string name, const R& actor, M&& message) {
    if constexpr (requires { typename R::Protocol; }) {
      detail::check_taken<typename R::Protocol, M>();
    }
    return add_stop_task(
        phase, std::move(name), actor,
        detail::Envelope::make<detail::Payload<M>>(detail::Sender{}, std::forward<M>(message)));
  }

  /// Stops the node: the tasks of `before_stop` and `drain`, then all actors, leaves first, then
  /// the tasks of `after_stop`. After `stop_limit` it waits for no task, and kills the actors that
  /// are left; only those of `after_stop` still have their own time. Tells the other nodes at last.
  /// Afterwards no thread, socket or actor of the node is left, save the threads of tasks that are
  /// overdue. Again, or from several threads, is harmless: all return at the same end, and the
  /// first reason counts. Called in an actor of the node or in a task of its stop, it only begins:
  /// the caller is to end, too.
  void stop(StopReason reason = StopReason::requested);
  /// Begins to stop, and does not wait. Also fit for a thread that handles signals.
  void request_stop(StopReason reason = StopReason::requested);
  /// Whether it has begun to stop, or has stopped.
  [[nodiscard]] bool is_stopping() const;
  /// Returns when the node has stopped. Throws std::logic_error in an actor, in an event's callback
  /// or in a task of the stop.
  void wait();

 private:
  friend class ActorClass;
  friend class detail::NodeInside;
  friend class detail::Spawns<Node, spinoff::TypedRef>;
  [[nodiscard]] engine::Cell& spawner() const;
  std::uint64_t subscribe(const detail::MessageType& type,
                          std::function<void(const void*)> callback);

  void publish(const detail::MessageType& type, const void* event);
  StopTask add_stop_task(StopPhase phase, std::string name,
                         std::function<void(const Stopping&)> function);
  StopTask add_stop_task(StopPhase phase, std::string name, const Ref& actor,
                         detail::EnvelopePtr question);
  /// Whether this thread is one that the end of the node waits for.
  [[nodiscard]] bool must_not_wait() const;

  class Impl;
  explicit Node(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spinoff
