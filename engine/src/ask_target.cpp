#include <stdexcept>
#include <utility>

#include <spinoff/ask.hpp>
#include <spinoff/detail/routed.hpp>
#include <spinoff/engine/ask_target.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/object_store.hpp>
#include <spinoff/engine/sole_thread.hpp>
#include <spinoff/engine/system_messages.hpp>

#include "deliver.hpp"
#include "unwrap.hpp"

namespace spinoff {

namespace engine {

using detail::Envelope;
using detail::EnvelopePtr;
using detail::RefAccess;

namespace {

class AskLimit final : public TimerTask {
 public:
  explicit AskLimit(Ref ask) : ask_(std::move(ask)) {}
  Clock::time_point fire(Clock::time_point /*now*/) override {
    static_cast<AskTarget*>(RefAccess::target(ask_))->time_out();
    return Clock::time_point::max();
  }
  void drop() noexcept override {
    static_cast<AskTarget*>(RefAccess::target(ask_))->give_up("its node has ended");
  }

 private:
  Ref ask_;
};

}  // namespace

AskTarget& AskTarget::begin(NodeAnchor* anchor, detail::Question* questions, std::size_t count,
                            std::chrono::nanoseconds timeout) {
  AskTarget& ask = *ObjectStore<AskTarget>::take();
  const std::uint32_t generation = ask.begin_life(anchor);
  ask.open_questions_ = count;
  if (anchor == nullptr) {
    ask.give_up("it was sent to a Ref that names nobody");
    return ask;
  }
  {
    const NodeAnchor::Entry entry(*anchor);
    if (entry.node() == nullptr) {
      ask.give_up("the node of " + questions->to.to_string() + " has ended");
      return ask;
    }
    ask.start_limit(*entry.node(), timeout);
  }
  for (std::size_t i = 0; i < count; ++i) {
    auto& [to, sent] = questions[i];
    EnvelopePtr& asked =
        sent->type().kind == MessageKind::routed ? sent->as<detail::Routed>().message : sent;
    ask.retain();  // the message's
    asked = Envelope::with_sender(std::move(asked),
                                  {.target = &ask, .generation = generation, .counted = true});
    detail::deliver_or_throw(RefAccess::target(to), RefAccess::generation(to), sent, IfFull::wait);
  }
  return ask;
}

AskTarget& AskTarget::begin_join(NodeAnchor* anchor, const Ref& actor,
                                 std::chrono::nanoseconds timeout) {
  AskTarget& join = *ObjectStore<AskTarget>::take();
  join.is_join_ = true;
  join.joined_ = actor;
  const Ref watcher = RefAccess::hold(&join, join.begin_life(anchor));
  if (anchor == nullptr) {
    join.give_up("it names nobody");
    return join;
  }
  const NodeAnchor::Entry entry(*anchor);
  if (entry.node() == nullptr) {
    join.give_up("its node has ended");
    return join;
  }
  join.start_limit(*entry.node(), timeout);
  try {
    Cell::begin_watch(*entry.node(), join.joined_, watcher);
  } catch (...) {
    join.give_up("it cannot be watched");
    join.release();
    throw;
  }
  if (join.outcome() == Outcome::timed_out) {  // maybe before it watched
    Cell::end_watch(*entry.node(), join.joined_, watcher);
  }
  return join;
}

void AskTarget::start_limit(NodeCore& node, std::chrono::nanoseconds timeout) {
  TimerService& timers = node.timers();
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): counts its own references
  timer_ = new AskLimit(RefAccess::hold(this, generation()));
  timers.start(*timer_, due_after(timers.now(), timeout));
}

void AskTarget::reply(EnvelopePtr message) {
  const detail::MessageKind kind = message->type().kind;
  const bool is_end = kind == detail::MessageKind::terminated;
  if (kind == detail::MessageKind::poison || is_end != is_join_) {
    return;
  }
  complete(Outcome::replied, std::move(message), {});
}

void AskTarget::fail(std::string_view reason) {
  {
    const std::scoped_lock lock(mutex_);
    if (outcome_ != Outcome::pending || --open_questions_ != 0) {
      return;
    }
  }
  give_up(std::string(reason));
}

void AskTarget::give_up(std::string reason) {
  stop_watching();
  complete(Outcome::failed, nullptr, std::move(reason));
}

void AskTarget::time_out() {
  stop_watching();
  complete(Outcome::timed_out, nullptr, {});
}

// Before it is complete, since at other nodes its name is known only until then.
void AskTarget::stop_watching() {
  if (!joined_ || outcome() != Outcome::pending) {
    return;
  }
  const NodeAnchor::Entry entry(*anchor());
  if (entry.node() != nullptr) {
    Cell::end_watch(*entry.node(), joined_, RefAccess::borrow(this, generation()));
  }
}

void AskTarget::complete(Outcome outcome, EnvelopePtr reply, std::string reason) {
  Ref waiter;
  std::uint64_t token = 0;
  std::uint64_t published = 0;
  TimerTask* timer = nullptr;
  AskListener* listener = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    if (outcome_ != Outcome::pending) {
      return;
    }
    outcome_ = outcome;
    reply_ = std::move(reply);
    reason_ = std::move(reason);
    waiter = std::move(waiter_);
    token = token_;
    published = number_;  // which stays its name, so that whoever was asked is told by it
    timer = std::exchange(timer_, nullptr);
    listener = std::exchange(listener_, nullptr);
    completed_.notify_all();
  }
  if (timer != nullptr || published != 0) {
    const NodeAnchor::Entry entry(*anchor());
    if (entry.node() != nullptr) {
      if (timer != nullptr) {
        entry.node()->timers().cancel(*timer);
      }
      if (published != 0) {
        entry.node()->withdraw_ask(published);
      }
    }
    if (timer != nullptr) {
      timer->release();
    }
  }
  if (waiter) {
    Cell::send_system(waiter, WakeUp{token});
  }
  if (listener != nullptr) {
    listener->completed();
  }
}

bool AskTarget::notify(const Ref& actor, std::uint64_t token) {
  const std::scoped_lock lock(mutex_);
  if (outcome_ != Outcome::pending) {
    return false;
  }
  waiter_ = actor;
  token_ = token;
  return true;
}

bool AskTarget::notify(AskListener& listener) {
  const std::scoped_lock lock(mutex_);
  if (outcome_ != Outcome::pending) {
    return false;
  }
  listener_ = &listener;
  return true;
}

void AskTarget::wait() {
  if (SoleThread::wait_for(anchor(), [this] { return outcome() != Outcome::pending; })) {
    return;
  }
  std::unique_lock lock(mutex_);
  completed_.wait(lock, [&] { return outcome_ != Outcome::pending; });
}

AskTarget::Outcome AskTarget::outcome() const {
  const std::scoped_lock lock(mutex_);
  return outcome_;
}

std::string AskTarget::publish_path() {
  std::uint64_t number = 0;
  {
    const NodeAnchor::Entry entry(*anchor());
    const std::scoped_lock lock(mutex_);
    if (number_ == 0 && outcome_ == Outcome::pending && entry.node() != nullptr) {
      number_ = entry.node()->publish_ask(*this);
    }
    number = number_;
  }
  return "/$ask-" + std::to_string(number);
}

void AskTarget::retire() noexcept {
  outcome_ = Outcome::pending;
  number_ = 0;
  reply_.reset();
  reason_.clear();
  waiter_ = Ref();
  joined_ = Ref();
  is_join_ = false;
  ObjectStore<AskTarget>::put(this);
}

}  // namespace engine

namespace detail {

using engine::AskTarget;

namespace {

// Of whoever asks; for one who is no actor, of whoever is asked.
engine::NodeAnchor* anchor_for(const Ref& whom) {
  if (engine::Cell* const running = engine::Cell::running()) {
    return running->anchor();
  }
  Target* const target = RefAccess::target(whom);
  return target != nullptr ? target->anchor() : nullptr;
}

}  // namespace

AskHandle::AskHandle(Question* questions, std::size_t count, std::chrono::nanoseconds timeout)
    : target_(&AskTarget::begin(anchor_for(questions->to), questions, count, timeout)) {}

AskHandle AskHandle::for_end_of(const Ref& actor, std::chrono::nanoseconds timeout) {
  return AskHandle(AskTarget::begin_join(anchor_for(actor), actor, timeout));
}

AskHandle::~AskHandle() {
  if (target_ != nullptr) {
    auto* const ask = static_cast<AskTarget*>(target_);
    ask->give_up(
        "nobody waits for the reply any more");  // so that its timer and its name go as well
    ask->take_reply();  // if it came and nobody took it: it may hold a Ref to this ask
    ask->release();
  }
}

bool AskHandle::ready() const {
  return static_cast<AskTarget*>(target_)->outcome() != AskTarget::Outcome::pending;
}

bool AskHandle::notify(std::uint64_t token) {
  return static_cast<AskTarget*>(target_)->notify(engine::Cell::running()->ref(), token);
}

void AskHandle::wait() {
  if (engine::Cell::running() != nullptr) {
    throw std::logic_error("an actor that blocks its worker holds up others: co_await it instead");
  }
  static_cast<AskTarget*>(target_)->wait();
}

EnvelopePtr AskHandle::take(const MessageType& wanted) {
  auto& ask = *static_cast<AskTarget*>(target_);
  switch (ask.outcome()) {
    case AskTarget::Outcome::timed_out:
      throw Timeout("no " + std::string(wanted.name) + " came in reply within the time limit");
    case AskTarget::Outcome::replied: {
      EnvelopePtr reply = ask.take_reply();
      if (reply == nullptr) {
        throw AskFailed("the reply was taken before");
      }
      try {
        reply = engine::unwrap(std::move(reply), *ask.anchor());
      } catch (const DecodeError&) {
        std::throw_with_nested(AskFailed("the reply could not be decoded"));
      }
      if (reply == nullptr || &reply->type() != &wanted) {
        throw AskFailed("the reply should be a " + std::string(wanted.name) + " but is a " +
                        std::string(reply == nullptr ? "cancelled message" : reply->type().name));
      }
      return reply;
    }
    default:
      throw AskFailed("the question will get no reply: " + ask.reason());
  }
}

// What cannot be heard of any more counts as stopped.
void AskHandle::check_ended() const {
  const auto& join = *static_cast<AskTarget*>(target_);
  if (join.outcome() == AskTarget::Outcome::timed_out) {
    throw Timeout("the actor " + join.joined().to_string() +
                  " has not stopped within the time limit");
  }
}

}  // namespace detail
}  // namespace spinoff
