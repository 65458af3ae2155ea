#include <stdexcept>
#include <utility>

#include <spinoff/ask.hpp>
#include <spinoff/detail/routed.hpp>
#include <spinoff/engine/ask_target.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/object_store.hpp>
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
    TimerService& timers = entry.node()->timers();
    // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): counts its own references
    ask.timer_ = new AskLimit(RefAccess::hold(&ask, generation));
    timers.start(*ask.timer_, due_after(timers.now(), timeout));
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

void AskTarget::reply(EnvelopePtr message) {
  const detail::MessageKind kind = message->type().kind;
  if (kind == detail::MessageKind::poison || kind == detail::MessageKind::terminated) {
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

void AskTarget::time_out() {
  complete(Outcome::timed_out, nullptr, {});
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
    published = std::exchange(number_, 0);
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
  ObjectStore<AskTarget>::put(this);
}

}  // namespace engine

namespace detail {

using engine::AskTarget;

AskHandle::AskHandle(Question* questions, std::size_t count, std::chrono::nanoseconds timeout) {
  engine::Cell* const running = engine::Cell::running();
  Target* const target = RefAccess::target(questions->to);
  engine::NodeAnchor* const anchor = running != nullptr  ? running->anchor()
                                     : target != nullptr ? target->anchor()
                                                         : nullptr;
  target_ = &AskTarget::begin(anchor, questions, count, timeout);
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
    throw std::logic_error("get() of an ask would block the actor's worker: co_await it instead");
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

}  // namespace detail
}  // namespace spinoff
