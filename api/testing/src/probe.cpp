#include <deque>

#include <spinoff/api/node_inside.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/events.hpp>
#include <spinoff/testing/probe.hpp>

namespace spinoff::testing {

using spinoff::detail::EnvelopePtr;
using spinoff::detail::Handled;
using spinoff::detail::MessageType;
using spinoff::detail::RefAccess;

struct Probe::Inbox {
  explicit Inbox(const Node& node) : meeting(node) {}

  struct Received {
    EnvelopePtr message;
    Ref sender;
  };

  detail::Meeting meeting;
  std::deque<Received> messages;
};

namespace {

struct WatchOrder {
  Ref actor;
  bool watch;
};

using Put = std::function<void(EnvelopePtr message)>;

class ProbeActor final : public spinoff::detail::Behavior {
 public:
  explicit ProbeActor(Put put) : put_(std::move(put)) {}

  static Handled receive(Behavior& actor, EnvelopePtr& message) {
    return static_cast<ProbeActor&>(actor).handle(message);
  }

 private:
  Handled handle(EnvelopePtr& message) {
    if (&message->type() == &spinoff::detail::kMessageType<WatchOrder>) {
      const auto& order = message->as<WatchOrder>();
      if (order.watch) {
        cell().watch(order.actor);
      } else {
        cell().unwatch(order.actor);
      }
      message.reset();
    } else {
      put_(std::move(message));
    }
    return Handled::yes;
  }

  const Put put_;
};

class ProbeFactory final : public spinoff::detail::Factory {
 public:
  explicit ProbeFactory(Put put) : put_(std::move(put)) {}
  std::unique_ptr<spinoff::detail::Behavior> create() override {
    return std::make_unique<ProbeActor>(put_);
  }

 private:
  const Put put_;
};

constexpr spinoff::detail::ActorType kProbe{.name = "spinoff.testing.Probe",
                                            .receive = &ProbeActor::receive};

std::string described(const MessageType& type, const Ref& sender) {
  return std::string(type.name) + " from " + (sender ? sender.to_string() : "nobody");
}

}  // namespace

Probe::Probe(Node& node, std::string name) : inbox_(std::make_shared<Inbox>(node)) {
  auto put = [inbox = inbox_](EnvelopePtr message) {
    const spinoff::detail::Sender from = message->sender();
    Ref sender = RefAccess::hold(from.target, from.generation);
    const auto lock = inbox->meeting.lock();
    inbox->messages.push_back({std::move(message), std::move(sender)});
    inbox->meeting.tell();
  };
  ref_ = spinoff::detail::spawn(
      spinoff::detail::NodeInside::core(node).guardian(), kProbe,
      spinoff::detail::FactoryPtr(std::make_unique<ProbeFactory>(std::move(put)).release()),
      {.name = std::move(name)});
}

Probe::~Probe() {
  ref_.stop();
}

EnvelopePtr Probe::next(const MessageType* wanted, std::chrono::nanoseconds limit) {
  const bool came = inbox_->meeting.wait([this] { return !inbox_->messages.empty(); }, limit);
  const std::string_view expected = wanted == nullptr ? "any message" : wanted->name;
  if (!came) {
    fail(expected, "nothing came within " + detail::milliseconds(limit));
  }
  const auto lock = inbox_->meeting.lock();
  auto& [message, sender] = inbox_->messages.front();
  if (wanted != nullptr && &message->type() != wanted) {
    fail(expected, described(message->type(), sender) + " came");
  }
  sender_ = std::move(sender);
  EnvelopePtr taken = std::move(message);
  inbox_->messages.pop_front();
  return taken;
}

EnvelopePtr Probe::next_of(const MessageType& wanted, std::chrono::nanoseconds limit) {
  std::size_t others = 0;
  const bool came = inbox_->meeting.wait(
      [&] {
        auto& messages = inbox_->messages;
        while (!messages.empty() && &messages.front().message->type() != &wanted) {
          messages.pop_front();
          ++others;
        }
        return !messages.empty();
      },
      limit);
  if (!came) {
    fail(wanted.name,
         "only " + std::to_string(others) + " others came within " + detail::milliseconds(limit));
  }
  return next(&wanted, {});
}

void Probe::expect_none(std::chrono::nanoseconds duration) {
  if (!inbox_->meeting.wait([this] { return !inbox_->messages.empty(); }, duration)) {
    return;
  }
  const auto lock = inbox_->meeting.lock();
  const auto& [message, sender] = inbox_->messages.front();
  fail("nothing for " + detail::milliseconds(duration),
       described(message->type(), sender) + " came");
}

void Probe::watch(const Ref& actor) const {
  ref_ << WatchOrder{actor, true};
}

void Probe::unwatch(const Ref& actor) const {
  ref_ << WatchOrder{actor, false};
}

void Probe::expect_terminated(const Ref& actor, std::chrono::nanoseconds limit) {
  const EnvelopePtr message = next(&type_of<Terminated>(), limit);
  if (const Ref& ended = message->as<Terminated>().actor; ended != actor) {
    fail("the end of " + actor.to_string(), ended.to_string() + " has stopped");
  }
}

void Probe::refuse(const MessageType& type) const {
  fail(std::string(type.name) + " of a certain kind", "it was another");
}

void Probe::fail(std::string_view expected, const std::string& instead) const {
  throw ExpectationFailed("the probe " + ref_.to_string() + " expected " + std::string(expected) +
                          ", but " + instead);
}

}  // namespace spinoff::testing
