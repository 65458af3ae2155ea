#include <algorithm>
#include <thread>

#include <spinoff/api/node_inside.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/shutdown.hpp>
#include <spinoff/engine/tbb_executor.hpp>
#include <spinoff/engine/timer_thread.hpp>
#include <spinoff/log.hpp>
#include <spinoff/node.hpp>
#include <spinoff/remoting/hub_transport.hpp>

#include "remote_spawner.hpp"

namespace spinoff {

namespace {

constexpr int kMaxBlockingThreads = 32768;

int workers_of(const NodeOptions& options) {
  if (options.workers < 0 || options.workers > engine::kMostWorkers) {
    throw NodeStartFailed("a node cannot have " + std::to_string(options.workers) +
                          " workers: give 1 to " + std::to_string(engine::kMostWorkers) +
                          ", or 0 for one a core");
  }
  return options.workers > 0 ? options.workers
                             : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

StopTimeouts checked(const StopTimeouts& timeouts) {
  for (const auto timeout : {timeouts.before_stop, timeouts.drain, timeouts.after_stop}) {
    if (timeout <= std::chrono::nanoseconds::zero()) {
      throw NodeStartFailed(
          "a node's stop_timeouts must be more than zero: what has no time cannot run");
    }
  }
  return timeouts;
}

engine::NodeCore::Options core_options(const NodeOptions& options) {
  if (options.blocking_threads < 1 || options.blocking_threads > kMaxBlockingThreads) {
    throw NodeStartFailed("a node cannot have " + std::to_string(options.blocking_threads) +
                          " blocking_threads: give 1 to 32768");
  }
  if (options.blocking_idle_limit < std::chrono::nanoseconds(0) ||
      options.blocking_threshold < std::chrono::nanoseconds(0)) {
    throw NodeStartFailed(
        "blocking_idle_limit and blocking_threshold are times, which cannot be negative");
  }
  return {.turn_budget = std::max(options.turn_budget, 1U),
          .guardian_decision = options.on_failure,
          .high_water_mark = options.high_water_mark,
          .seed = options.seed,
          .stop_timeouts = checked(options.stop_timeouts),
          .dispatchers = {.blocking_threads = static_cast<std::size_t>(options.blocking_threads),
                          .blocking_linger = options.blocking_idle_limit},
          .blocking_threshold = options.blocking_threshold};
}

void check_liveness(const NodeOptions& options) {
  if (options.heartbeat <= std::chrono::nanoseconds(0) || options.silence <= options.heartbeat) {
    throw NodeStartFailed(
        "a node's heartbeat has to be longer than 0, and its silence longer than its heartbeat");
  }
}

remoting::QueueLimits checked_queue(const NodeOptions& options) {
  if (options.max_queued_messages < 1 || options.max_queued_bytes < 1) {
    throw NodeStartFailed(
        "a node's max_queued_messages and max_queued_bytes must be at least 1: without room for "
        "any message, none could be sent to another node");
  }
  if (!(options.queue_high_water_mark >= 0 && options.queue_high_water_mark <= 1)) {
    throw NodeStartFailed(
        "a node's queue_high_water_mark is a share of what may wait for another node: give 0 to 1, "
        "where 0 means that nothing is told");
  }
  return {.messages = options.max_queued_messages,
          .bytes = options.max_queued_bytes,
          .high_water_mark = options.queue_high_water_mark};
}

void set_max_message(const NodeOptions& options, remoting::HubOptions& hub) {
  constexpr std::size_t kSmallest = std::size_t{1} << 10U;
  constexpr std::size_t kLargest = std::size_t{1} << 30U;
  const std::size_t largest = options.max_message_bytes;
  if (largest < kSmallest || largest > kLargest) {
    throw NodeStartFailed("a node's max_message_bytes cannot be " + std::to_string(largest) +
                          ": give 1024 (1 KiB) to 1073741824 (1 GiB)");
  }
  hub.protocol.max_message_bytes = largest;
}

NodeId relay_of(const std::string& text) {
  NodeId relay;
  try {
    relay = NodeId::parse(text);
  } catch (const InvalidUri& error) {
    throw NodeStartFailed(std::string("a relay (relays) cannot be reached: ") + error.what());
  }
  if (relay.port() == 0) {
    throw NodeStartFailed(
        "a relay (relays) is given by its host and port, such as 10.0.0.1:9700; '" + text +
        "' has no port");
  }
  return relay;
}

std::vector<NodeId> relays_of(const NodeOptions& options) {
  if (options.relay_after.has_value() && *options.relay_after <= std::chrono::nanoseconds(0)) {
    throw NodeStartFailed("the time after which relays are tried (relay_after) has to be over 0");
  }
  std::vector<NodeId> relays;
  for (const std::string& text : options.relays) {
    if (NodeId relay = relay_of(text); std::ranges::find(relays, relay) == relays.end()) {
      relays.push_back(std::move(relay));
    }
  }
  return relays;
}

}  // namespace

class Node::Impl {
 public:
  Impl(const NodeOptions& options, int threads, detail::NodeParts parts)
      : stop_limit(options.stop_limit),
        workers(threads),
        attach(std::move(parts.attach)),
        core(core_options(options), std::move(parts.executor), std::move(parts.timers)) {
    if (options.log_events) {
      log_events();
    }
    if (options.remoting.has_value()) {
      start_remoting(options);
    } else if (options.security.has_value() || options.insecure || !options.name.empty() ||
               !options.relays.empty()) {
      throw NodeStartFailed(
          "a node that no other one can reach needs no keys, no name, no relays and not to be "
          "insecure: give `remoting`, or leave out `security`, `name`, `relays` and `insecure`");
    }
  }

  void start_remoting(const NodeOptions& options) {
    if (options.security.has_value() && options.insecure) {
      throw NodeStartFailed("a node with keys is not insecure: leave out `security` or `insecure`");
    }
    remoting::HubOptions hub;
    hub.bind = NodeId::parse(*options.remoting);
    check_liveness(options);
    hub.protocol.heartbeat = options.heartbeat;
    hub.protocol.silence = options.silence;
    hub.protocol.unreachable = options.unreachable_after;
    hub.queue = checked_queue(options);
    set_max_message(options, hub);
    hub.protocol.relays = relays_of(options);
    hub.protocol.relay_after = options.relay_after.value_or(options.heartbeat * 3 / 2);
    hub.security = options.security;
    hub.insecure = options.insecure;
    hub.rights = options.remote_rights;
    hub.protocol.may_relay = options.remote_rights.relay;
    hub.mapper_port = options.mapper_port;
    if (!options.name.empty()) {
      hub.name = NodeId::named(options.name, hub.bind.host()).name();
    }
    try {
      attach(core, hub);
    } catch (const remoting::BindFailed& error) {
      throw NodeStartFailed(error.what());
    }
    remote_spawn::RemoteSpawner::at(core, options.allow_remote_spawn);
  }

  void log_events() {
    subscribe<Error>([](const Error& event) {
      write(LogLevel::error, event.actor, "{}", describe(event.error));
    });
    subscribe<ErrorIgnored>([](const ErrorIgnored& event) {
      write(LogLevel::info, event.actor, "nobody decides about '{}': the actor stops or restarts",
            describe(event.error));
    });
    subscribe<RestartedInstead>([](const RestartedInstead& event) {
      write(LogLevel::warning, event.actor,
            "is restarted instead of resumed: it never started, or its run has thrown");
    });
    subscribe<BlockingCall>([](const BlockingCall& event) {
      write(LogLevel::warning, event.actor,
            "has blocked a worker for {} ms: spawn it with .dispatcher = Dispatcher::blocking",
            std::chrono::duration_cast<std::chrono::milliseconds>(event.lasted).count());
    });
    subscribe<DeadLetter>([](const DeadLetter& event) {
      write(LogLevel::debug, event.target, "dead letter {} from {}", event.message.type_name(),
            event.sender);
    });
    subscribe<UnhandledMessage>([](const UnhandledMessage& event) {
      write(LogLevel::warning, event.actor, "has no handler for {} from {}",
            event.message.type_name(), event.sender);
    });
    subscribe<HighWaterMarkReached>([](const HighWaterMarkReached& event) {
      write(LogLevel::warning, event.actor, "{} messages wait for this actor", event.length);
    });
    subscribe<StopTaskFailed>([](const StopTaskFailed& event) {
      write(LogLevel::warning, kNode, "the stop task '{}' of {} has failed: {}", event.task,
            name_of(event.phase), describe(event.error));
    });
    subscribe<StopTaskLeft>([](const StopTaskLeft& event) {
      write(LogLevel::warning, kNode,
            "the stop task '{}' of {} takes too long: stopping without it", event.task,
            name_of(event.phase));
    });
    subscribe<NodeUp>([](const NodeUp& event) {
      write(LogLevel::info, kRemoting, "the node {} is up", event.node);
    });
    subscribe<NodeDown>([](const NodeDown& event) {
      write(LogLevel::info, kRemoting, "the node {} is down: {}", event.node, event.reason);
    });
    subscribe<NodeHighWaterMarkReached>([](const NodeHighWaterMarkReached& event) {
      write(LogLevel::warning, kRemoting,
            "{} messages ({} bytes) wait for the node {}: it is not up, or cannot keep up",
            event.messages, event.bytes, event.node);
    });
    subscribe<NameClaimed>([](const NameClaimed& event) {
      write(LogLevel::info, kRemoting, "this node is {}", event.name);
    });
    subscribe<NameNotClaimed>([](const NameNotClaimed& event) {
      write(LogLevel::warning, kRemoting, "this node is not {} for others: {}; it goes on trying",
            event.name, event.reason);
    });
    subscribe<RemoteInputRejected>([](const RemoteInputRejected& event) {
      write(LogLevel::warning, kRemoting, "dropped {} ({} times)", event.what, event.count);
    });
  }

  template <class E, class F>
  void subscribe(F callback) {
    core.events().subscribe(detail::kMessageType<E>, [callback](const void* event) {
      callback(*static_cast<const E*>(event));
    });
  }

  template <class Source, class... Args>
  static void write(LogLevel level, const Source& source, fmt::format_string<Args...> format,
                    Args&&... args) {
    if (level >= log_level()) {
      detail::write_log(level, source, format, fmt::make_format_args(args...));
    }
  }

  static constexpr std::string_view kNode = "node";
  static constexpr std::string_view kRemoting = "remoting";
  const std::chrono::nanoseconds stop_limit;
  const int workers;
  const detail::AttachHub attach;
  engine::NodeCore core;
};

namespace detail {

NodeParts NodeParts::of_threads(int workers) {
  return {.executor = engine::make_tbb_executor(workers),
          .timers = std::make_unique<engine::TimerThread>(),
          .attach = [](engine::NodeCore& core, const remoting::HubOptions& options) {
            remoting::attach_hub(core, options);
          }};
}

int NodeInside::workers_of(const NodeOptions& options) {
  return spinoff::workers_of(options);
}

std::unique_ptr<Node> NodeInside::make(const NodeOptions& options, int workers, NodeParts parts) {
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): make_unique cannot call it
  return std::unique_ptr<Node>(
      new Node(std::make_unique<Node::Impl>(options, workers, std::move(parts))));
}

engine::NodeCore& NodeInside::core(const Node& node) noexcept {
  return node.impl_->core;
}

}  // namespace detail

Node::Node(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}

Node::Node(const NodeOptions& options)
    : impl_([&] {
        const int workers = workers_of(options);
        return std::make_unique<Impl>(options, workers, detail::NodeParts::of_threads(workers));
      }()) {}

Node::~Node() {
  impl_->core.stop(impl_->stop_limit);
}

Ref Node::lookup(std::string_view uri) const {
  return impl_->core.lookup(Uri::parse(uri));
}

const std::optional<NodeId>& Node::id() const {
  return impl_->core.anchor().node_id();
}

Counters Node::counters() const {
  return impl_->core.counters();
}

int Node::workers() const {
  return impl_->workers;
}

void Node::unsubscribe(std::uint64_t subscription) {
  impl_->core.events().unsubscribe(subscription);
}

std::uint64_t Node::subscribe(const detail::MessageType& type,
                              std::function<void(const void*)> callback) {
  return impl_->core.events().subscribe(type, std::move(callback));
}

void Node::publish(const detail::MessageType& type, const void* event) {
  impl_->core.events().publish(type, event);
}

StopTask Node::add_stop_task(StopPhase phase, std::string name,
                             std::function<void(const Stopping&)> function) {
  if (function == nullptr) {
    throw std::invalid_argument("the stop task '" + name + "' is an empty function");
  }
  return impl_->core.shutdown().add({.phase = phase,
                                     .name = std::move(name),
                                     .function = std::move(function),
                                     .asked = {},
                                     .question = nullptr});
}

StopTask Node::add_stop_task(StopPhase phase, std::string name, const Ref& actor,
                             detail::EnvelopePtr question) {
  return impl_->core.shutdown().add({.phase = phase,
                                     .name = std::move(name),
                                     .function = nullptr,
                                     .asked = actor,
                                     .question = std::move(question)});
}

bool Node::must_not_wait() const {
  const engine::Cell* const running = engine::Cell::running();
  return (running != nullptr && running->anchor() == &impl_->core.anchor()) ||
         engine::EventStream::publishing() || impl_->core.shutdown().runs_here();
}

void Node::stop(StopReason reason) {
  if (must_not_wait()) {
    request_stop(reason);
  } else {
    impl_->core.stop(impl_->stop_limit, reason);
  }
}

void Node::request_stop(StopReason reason) {
  impl_->core.request_stop(reason);
}

bool Node::is_stopping() const {
  return impl_->core.shutdown().has_begun();
}

void Node::wait() {
  if (engine::Cell::running() != nullptr || must_not_wait()) {
    throw std::logic_error(
        "Node::wait() in an actor, in an event's callback or in a task of the node's stop would "
        "wait for itself: call it from a thread of your own");
  }
  impl_->core.wait_until_stopped();
}

engine::Cell& Node::spawner() const {
  return impl_->core.guardian();
}

}  // namespace spinoff
