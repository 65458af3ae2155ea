#include "outside.hpp"

#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <spinoff/spinoff.hpp>

#include "actors.hpp"
#include "support/gate.hpp"

namespace spinoff::stress {

using namespace std::chrono_literals;

Outsider::Outsider(World& world, std::uint32_t number)
    : world_(world), dice_(world.new_dice()), id_{nullptr, number} {}

void Outsider::run(const std::atomic<bool>& end) {
  while (!end) {
    if (world_.ledger.alive() < kMostMessages) {
      act();
    } else {
      std::this_thread::sleep_for(100us);  // there is enough to do
    }
  }
}

void Outsider::act() {
  const Address to = world_.somebody(dice_);
  if (!to.ref || (to.node->ended && !dice_.one_in(64))) {
    std::this_thread::yield();
    return;
  }
  switch (dice_.below(32)) {
    case 0:
      if (dice_.one_in(8)) {
        end_somebody(to.ref, dice_);
      }
      break;
    case 1:
      send_later(world_, id_, to, dice_);
      break;
    case 2:
      if (dice_.one_in(8)) {  // it takes its time
        ask(to);
      }
      break;
    case 3:
      try {
        world_.board.put({to.ref / "a", to.node}, dice_);
      } catch (const LookupFailed&) {  // as it happens
      }
      break;
    case 4:
      static_cast<void>(to.ref.to_string());
      break;
    default:
      send(to);
      break;
  }
}

void Outsider::send(const Address& to) {
  for (unsigned i = 0; i <= dice_.below(4); ++i) {
    to.ref << Parcel{.token = Token(world_.ledger, "Parcel", {.node_ended = &to.node->ended}),
                     .from = id_,
                     .number = ++sent_[id_of(to.ref)],
                     .hops = dice_.below(kHops)};
  }
}

void Outsider::ask(const Address& to) {
  try {
    to.ref
        .ask<Answer>(Question{Token(world_.ledger, "Question", {.node_ended = &to.node->ended})},
                     1ms)
        .get();
  } catch (const Timeout&) {    // as it happens
  } catch (const AskFailed&) {  // as it happens
  }
}

namespace {

NodeOptions some_options(Dice& dice) {
  constexpr std::array<std::chrono::nanoseconds, 4> kLimits{0ns, 1ms, 30s,
                                                            std::chrono::nanoseconds::max()};
  constexpr std::array<unsigned, 4> kBudgets{1, 4, 16, 128};
  return {.workers = 1 + static_cast<int>(dice.below(4)),
          .on_failure = dice.one_in(8) ? Decision(Decision::Escalate) : some_decision(dice),
          .stop_limit = dice.pick(kLimits),
          .turn_budget = dice.pick(kBudgets),
          .log_events = false};
}

template <class M>
bool close(const AnyMessage& message, Fate fate) {
  const M* const one = message.get_if<M>();
  if (one != nullptr) {
    one->token.close(fate);
  }
  return one != nullptr;
}

void close_any(const AnyMessage& message, Fate fate) {
  static_cast<void>(close<Parcel>(message, fate) || close<Note>(message, fate) ||
                    close<Question>(message, fate) || close<Tick>(message, fate) ||
                    close<News>(message, fate));
}

void keep_account(Node& node, NodeLife& life, World& world) {
  node.subscribe<DeadLetter>([](const DeadLetter& event) { close_any(event.message, Fate::dead); });
  node.subscribe<UnhandledMessage>(
      [](const UnhandledMessage& event) { close_any(event.message, Fate::unhandled); });
  node.subscribe<Started>([&life](const Started& event) {
    if (!event.actor.uri().path().empty()) {
      life.roll.started(event.actor);
    }
  });
  node.subscribe<Restarted>([&life, &world](const Restarted& event) {
    ++world.restarts;
    life.roll.restarted(event.actor);
  });
  node.subscribe<ErrorIgnored>([&world](const ErrorIgnored& /*event*/) { ++world.errors_ignored; });
  node.subscribe<Terminated>([&life, &world](const Terminated& event) {
    if (event.actor.uri().path().empty()) {  // the guardian
      life.ended = true;
      return;
    }
    life.roll.ended(event.actor);
    if (id_of(event.actor).generation % 8 != 0) {  // else it is still sent to
      world.board.drop_if([&](const Address& one) { return one.ref == event.actor; });
    }
    world.watches.ended(id_of(event.actor));
  });
}

// Until it has lived for long enough, or ends by itself.
void keep_busy(Node& node, NodeLife& life, World& world, Dice& dice) {
  const auto end = std::chrono::steady_clock::now() + dice.up_to(dice.one_in(4) ? 2'000ms : 300ms);
  try {
    const Ref chronicler = node.spawn<Chronicler>(Slot(world, life, 0));
    while (std::chrono::steady_clock::now() < end) {
      if (const Address somebody = world.somebody(dice); somebody.ref && dice.one_in(4)) {
        chronicler << somebody;
      }
      if (life.roll.living() < kMostActors / 2) {
        const Ref actor = spawn_somebody(node, Slot(world, life, 0), dice, "");
        life.roll.spawned(actor);
        world.board.put({actor, &life}, dice);
        actor << Note{Token(world.ledger, "Note"), 0};
      } else {
        node.publish(News{Token(world.ledger, "News", {.is_original = true})});
        std::this_thread::sleep_for(200us);
      }
    }
  } catch (const SpawnFailed&) {  // an actor has stopped the node, or its error has
  }
}

// By one, by two at once, in two steps, or by its destructor.
void stop(Node& node, Dice& dice) {
  switch (dice.below(4)) {
    case 0: {
      const std::jthread other([&] { node.stop(); });
      node.stop();
      break;
    }
    case 1:
      node.request_stop();
      node.wait();
      node.stop();
      break;
    case 2:
      node.stop();
      break;
    default:
      break;
  }
}

void check_over(const NodeLife& life, World& world) {
  const auto expect_none = [&](int count, const std::string& what) {
    if (count != 0) {
      world.findings.add("node " + std::to_string(life.number) + " has ended, and " +
                         std::to_string(count) + " " + what + " are left");
    }
  };
  expect_none(life.lives, "actors");
  expect_none(life.instances, "instances");
  expect_none(life.frames, "coroutine frames");
  if (!life.ended) {
    world.findings.add("node " + std::to_string(life.number) + " has ended without its guardian");
  }
  life.roll.check_over();
}

}  // namespace

void live(World& world, Dice& dice) {
  NodeLife& life = world.add_node();
  const NodeOptions options = some_options(dice);
  std::chrono::steady_clock::time_point began;
  {
    Node node(options);
    life.node = &node;
    keep_account(node, life, world);
    life.phase = "lives";
    keep_busy(node, life, world, dice);
    if (!dice.one_in(4)) {  // else it is stopped in the middle of everything
      life.phase = "waits until all watchers are told";
      world.watches.check_told(testing::kWaitLimit);
    }
    life.phase = "stops";
    began = std::chrono::steady_clock::now();
    stop(node, dice);
  }
  if (std::chrono::steady_clock::now() - began > 20s) {
    world.findings.add("node " + std::to_string(life.number) +
                       " takes too long to stop: somebody had to be killed");
  }
  life.phase = "has ended";
  check_over(life, world);
}

}  // namespace spinoff::stress
