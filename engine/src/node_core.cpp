#include <charconv>
#include <random>
#include <utility>

#include <spinoff/engine/ask_target.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/name_target.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/shutdown.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/errors.hpp>
#include <spinoff/events.hpp>

#include "guardian.hpp"
#include "unwrap.hpp"

namespace spinoff::engine {

using detail::RefAccess;

namespace {
constexpr std::string_view kAskPrefix = "/$ask-";

std::uint64_t seed_from_system() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}
}  // namespace

NodeCore::NodeCore(Options options, std::unique_ptr<Executor> executor,
                   std::unique_ptr<TimerService> timers)
    : options_(options),
      anchor_(NodeAnchor::make(*this)),
      random_(options.seed.has_value() ? *options.seed : seed_from_system()),
      executor_(std::move(executor)),
      dispatchers_(options.dispatchers),
      timers_(std::move(timers)),
      shutdown_(std::make_shared<Shutdown>(*this, options_.stop_timeouts)) {
  if (options.blocking_threshold > std::chrono::nanoseconds(0)) {
    blocking_watch_ =
        BlockingWatch::make(options.blocking_threshold, *executor_, *timers_, events_);
  }
  auto [cell, ref] =
      Cell::create(anchor_, nullptr, kGuardianType, make_guardian(options.guardian_decision), {});
  guardian_ = &cell;
  cell.retain();  // for good: see Cell::is_guardian
  guardian_ref_ = std::move(ref);
  cell.start();
}

NodeCore::~NodeCore() {
  request_stop();
  wait_until_stopped();
  end_services();
}

// In this order: nobody elsewhere hears of us any more; nobody here comes in; no timer fires; no
// turn runs.
void NodeCore::end_services() {
  const std::scoped_lock lock(end_mutex_);
  if (executor_ == nullptr) {
    return;
  }
  shutdown_->end_threads();
  if (transport_ != nullptr) {
    transport_->stop();
    rejected_.tell_rest();
  }
  executor_->end();
  dispatchers_.end();
  last_counters_ = count();
  anchor_.close();
  timers_.reset();
  {
    const std::scoped_lock asks_lock(asks_mutex_);
    asks_.clear();
  }
  executor_.reset();
}

void NodeCore::attach(std::unique_ptr<Transport> transport, NodeId id,
                      std::optional<NodeId> alias) {
  alias_ = std::move(alias);
  transport_ = std::move(transport);
  executor_->poll_when_idle(transport_->input());
  anchor_.set_node_id(std::move(id));
}

Ref NodeCore::find(std::string_view path) {
  if (path.starts_with(kAskPrefix)) {
    std::uint64_t number = 0;
    std::from_chars(path.data() + kAskPrefix.size(), path.data() + path.size(), number);
    const std::scoped_lock lock(asks_mutex_);
    const auto found = asks_.find(number);
    return found == asks_.end() ? Ref() : found->second;
  }
  if (path.empty()) {
    return guardian_ref_;
  }
  return path.front() == '/' ? find_below(*guardian_, path.substr(1)) : Ref();
}

Ref NodeCore::find_below(Cell& cell, std::string_view path) {
  Ref at = cell.ref();
  for (std::size_t begin = 0; at && begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    at =
        static_cast<Cell*>(RefAccess::target(at))->children().find(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return at;
}

Ref NodeCore::lookup(const Uri& uri) {
  if (uri.node().has_value()) {
    return resolve(uri);
  }
  Ref found = find(uri.path());
  if (!found) {
    throw LookupFailed("there is no actor '" + uri.path() + "' on this node");
  }
  return found;
}

Ref NodeCore::resolve(const Uri& uri) {
  if (!uri.node().has_value() || uri.node() == anchor_.node_id() || uri.node() == alias_) {
    if (Ref found = find(uri.path())) {
      return found;
    }
    return NameTarget::make(anchor_, Uri(anchor_.node_id(), uri.path()));
  }
  return NameTarget::make(anchor_, uri);
}

void NodeCore::dead_letter(const Ref& target, detail::EnvelopePtr message,
                           std::string_view reason) {
  try {
    message = unwrap(std::move(message), anchor_);
  } catch (const DecodeError&) {  // told by unwrap
    return;
  } catch (...) {  // it cannot be copied
    publish_error(target, std::current_exception(), {});
    return;
  }
  if (message == nullptr || message->type().kind != detail::MessageKind::user) {
    return;
  }
  const detail::Sender from = message->sender();
  if (from.target != nullptr && !from.target->is_actor()) {
    refuse_ask(*message,
               reason.empty() ? "there is no actor " + target.to_string() : std::string(reason));
  }
  // What a listener to dead letters sends may be one again, and so on for ever: also if it is an
  // actor, which listens by messages.
  static constinit thread_local bool t_publishing = false;
  const Cell* const running = Cell::running();
  const detail::Envelope* const handled = running == nullptr ? nullptr : running->current_message();
  if (t_publishing ||
      (handled != nullptr && &handled->type() == &detail::kMessageType<DeadLetter>) ||
      !events_.has_subscribers<DeadLetter>()) {
    return;
  }
  const Ref sender = RefAccess::hold(from.target, from.generation);
  t_publishing = true;
  events_.publish(DeadLetter{target, AnyMessage(std::move(message)), sender});
  t_publishing = false;
}

void NodeCore::dead_letter_at(NodeAnchor& anchor, const Ref& target, detail::EnvelopePtr message,
                              std::string_view reason) {
  const NodeAnchor::Entry entry(anchor);
  if (entry.node() != nullptr) {
    entry.node()->dead_letter(target, std::move(message), reason);
  } else if (Cell* const running = Cell::running()) {
    running->node().dead_letter(target, std::move(message), reason);
  }
}

void NodeCore::refuse_ask(const detail::Envelope& message, std::string_view reason) {
  refuse_ask(message.sender(), reason);
}

void NodeCore::refuse_ask(const detail::Sender& from, std::string_view reason) {
  if (from.target == nullptr || from.target->is_actor()) {
    return;
  }
  const Ref sender = RefAccess::hold(from.target, from.generation);
  if (!sender) {
    return;
  }
  if (from.target->kind() == detail::TargetKind::ask) {
    static_cast<AskTarget*>(from.target)->fail(reason);
  } else if (const Uri& uri = static_cast<NameTarget*>(from.target)->uri();
             transport_ != nullptr && uri.path().starts_with(kAskPrefix)) {
    transport_->ask_failed(uri, reason);
  }
}

void NodeCore::reject_input(RejectedInput::Kind kind, std::string what) {
  rejected_.add(kind, std::move(what), timers_->now());
}

void NodeCore::publish_error(const Ref& actor, const std::exception_ptr& error,
                             AnyMessage message) {
  events_.publish(Error{actor, error, std::move(message)});
}

void NodeCore::request_stop(StopReason reason) {
  shutdown_->begin(reason);
}

void NodeCore::stop(std::chrono::nanoseconds limit, StopReason reason) {
  request_stop(reason);
  if (!shutdown_->wait_for(limit)) {
    shutdown_->hurry();
  }
  wait_until_stopped();
  end_services();
}

void NodeCore::crash() {
  crashed_ = true;
  events_.clear();
  shutdown_->forget_tasks();
  Cell::send_system(guardian_ref_, Kill{});
}

void NodeCore::wait_until_stopped() {
  shutdown_->wait();
}

Counters NodeCore::counters() {
  const NodeAnchor::Entry entry(anchor_);
  return entry.node() == nullptr ? last_counters_ : count();
}

Counters NodeCore::count() const {
  Counters counters = executor_->counters();
  dispatchers_.add_to(counters);
  return counters;
}

std::uint64_t NodeCore::publish_ask(AskTarget& ask) {
  const std::scoped_lock lock(asks_mutex_);
  asks_.emplace(++last_ask_, RefAccess::hold(&ask, ask.generation()));
  return last_ask_;
}

void NodeCore::withdraw_ask(std::uint64_t number) {
  Ref last;  // let go outside of the lock
  const std::scoped_lock lock(asks_mutex_);
  if (const auto found = asks_.find(number); found != asks_.end()) {
    last = std::move(found->second);
    asks_.erase(found);
  }
}

}  // namespace spinoff::engine
