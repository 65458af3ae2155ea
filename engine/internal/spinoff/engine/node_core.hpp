/// One node: the guardian's tree, and the services that its actors share.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <spinoff/any_message.hpp>
#include <spinoff/detail/random_stream.hpp>
#include <spinoff/engine/blocking_watch.hpp>
#include <spinoff/engine/dispatchers.hpp>
#include <spinoff/engine/event_stream.hpp>
#include <spinoff/engine/executor.hpp>
#include <spinoff/engine/far_children.hpp>
#include <spinoff/engine/node_anchor.hpp>
#include <spinoff/engine/rejected_input.hpp>
#include <spinoff/engine/timer_service.hpp>
#include <spinoff/engine/transport.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/stop_task.hpp>
#include <spinoff/supervision.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::engine {

class AskTarget;
class Cell;
class Shutdown;

class NodeCore {
 public:
  struct Options {
    /// Messages that an actor handles before others get their turn.
    unsigned turn_budget = 128;
    /// What becomes of a top-level actor that fails.
    Decision guardian_decision = Decision::Stop;
    /// Each multiple of so many messages that wait for one actor is an event; 0: none.
    std::size_t high_water_mark = 10000;
    /// Of the node's random numbers; without it, another one at each start.
    std::optional<std::uint64_t> seed = std::nullopt;
    StopTimeouts stop_timeouts = {};
    Dispatchers::Options dispatchers = {};
    /// How long a turn on the executor may block before that is told of; 0: for ever.
    std::chrono::nanoseconds blocking_threshold{0};
  };

  NodeCore(Options options, std::unique_ptr<Executor> executor,
           std::unique_ptr<TimerService> timers);
  NodeCore(const NodeCore&) = delete;
  NodeCore& operator=(const NodeCore&) = delete;
  /// Stops the node, without a limit, if that has not happened.
  ~NodeCore();

  /// Before the first actor is spawned. `alias` is another name of this node in URIs.
  void attach(std::unique_ptr<Transport> transport, NodeId id, std::optional<NodeId> alias = {});

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] NodeAnchor& anchor() noexcept { return anchor_; }
  /// The pool's.
  [[nodiscard]] Executor& executor() noexcept { return *executor_; }
  [[nodiscard]] Dispatchers& dispatchers() noexcept { return dispatchers_; }
  [[nodiscard]] TimerService& timers() noexcept { return *timers_; }
  [[nodiscard]] EventStream& events() noexcept { return events_; }
  /// The seam for whatever in the node is left to chance.
  [[nodiscard]] detail::RandomStream& random() noexcept { return random_; }
  [[nodiscard]] Cell& guardian() noexcept { return *guardian_; }
  [[nodiscard]] Shutdown& shutdown() noexcept { return *shutdown_; }
  [[nodiscard]] FarChildren& far_children() noexcept { return far_children_; }
  /// Null on a node without remoting.
  [[nodiscard]] Transport* transport() noexcept { return transport_.get(); }

  /// Rules U03 to U06. Throws LookupFailed for a path that nobody has here.
  Ref lookup(const Uri& uri);
  /// The same for a name that came from elsewhere: what is not here is a dead ref of that name.
  Ref resolve(const Uri& uri);
  /// The actor or ask of that path here, or a Ref that names nobody.
  Ref find(std::string_view path);
  /// The descendant of that relative path, `b/c`, or a Ref that names nobody.
  static Ref find_below(Cell& cell, std::string_view path);

  /// A message that nobody will handle. Whoever asked is told why; if nothing is said, that there
  /// is no such actor.
  void dead_letter(const Ref& target, detail::EnvelopePtr message, std::string_view reason = {});
  /// The same at the node of `anchor`, or, if it has ended, at that of the actor that runs here.
  static void dead_letter_at(NodeAnchor& anchor, const Ref& target, detail::EnvelopePtr message,
                             std::string_view reason = {});
  /// Tells whoever asked `message` that no reply will come.
  void refuse_ask(const detail::Envelope& message, std::string_view reason);
  void refuse_ask(const detail::Sender& asker, std::string_view reason);
  void publish_error(const Ref& actor, const std::exception_ptr& error, AnyMessage message);
  /// Tells of a message from another node that was dropped.
  void reject_input(RejectedInput::Kind kind, std::string what);

  /// Stops the node in phases (see Shutdown); after `limit` kills what is left. Then ends the
  /// services: no thread and no socket of the node is left. Any thread but its own ones (a turn of
  /// one of its actors, a callback of its event stream, a task of its stop); again and at the same
  /// time is harmless.
  void stop(std::chrono::nanoseconds limit, StopReason reason = StopReason::requested);
  /// Begins that and does not wait. Any thread.
  void request_stop(StopReason reason = StopReason::requested);
  /// Returns when no actor is alive, and no task of the stop is waited for.
  void wait_until_stopped();
  /// For simulations, outside of turns: as if its process had gone. Nobody hears of anything any
  /// more, all actors are killed without their `post_stop`, and no task of the stop will run.
  /// `stop` is still to be called when they have ended.
  void crash();
  [[nodiscard]] bool has_crashed() const noexcept { return crashed_; }

  /// What the executors have done; after the end, what it had done. Any thread.
  [[nodiscard]] Counters counters();

  std::uint64_t publish_ask(AskTarget& ask);
  void withdraw_ask(std::uint64_t number);

 private:
  void end_services();
  [[nodiscard]] Counters count() const;

  Options options_;
  NodeAnchor& anchor_;
  EventStream events_;
  detail::RandomStream random_;
  RejectedInput rejected_{events_};
  std::unique_ptr<Executor> executor_;
  Dispatchers dispatchers_;
  std::unique_ptr<TimerService> timers_;
  BlockingWatchPtr blocking_watch_;  // null without a threshold
  std::unique_ptr<Transport> transport_;
  std::optional<NodeId> alias_;
  Ref guardian_ref_;
  Cell* guardian_ = nullptr;
  FarChildren far_children_;

  const std::shared_ptr<Shutdown> shutdown_;
  bool crashed_ = false;  // where one thread runs all
  std::mutex end_mutex_;
  Counters last_counters_;  // written before the anchor closes, read after

  std::mutex asks_mutex_;
  std::unordered_map<std::uint64_t, Ref> asks_;
  std::uint64_t last_ask_ = 0;
};

}  // namespace spinoff::engine
