// Producers and consumers with a buffer between them, which a manager keeps: it tells producers to
// wait while the buffer is full. To make an item, and to use one up, is some work. The manager sees
// to it that the buffer's bound holds. Each producer makes the same items, so what the consumers
// got can be told from them: the sum of all items' fingerprints must be that of a sequential
// computation.
#include <bit>
#include <cmath>
#include <deque>
#include <vector>

#include <spinoff/actor.hpp>

#include "savina/pseudo_random.hpp"
#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::bndbuffer {
namespace {

struct Produce {};
struct Item {
  double value;
};
struct ProducerExit {};
struct ConsumerAvailable {};
struct ConsumerExit {};

double process_item(double value, std::int64_t cost) {
  PseudoRandom random(static_cast<std::uint64_t>(cost));
  const std::int64_t steps = cost == 0 ? 1 : 100 * cost;
  for (std::int64_t i = 0; i < steps; ++i) {
    value += std::log(1 / static_cast<double>(random.next(65'536) + 1) + 0.01);
  }
  return value;
}

/// A number that tells an item from others.
std::int64_t fingerprint(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return static_cast<std::int64_t>((bits ^ bits >> 32U) & 0xffff'ffffU);
}

class Producer : public Actor {
 public:
  explicit Producer(const Run& run) : items_left_(run["items"]), cost_(run["produce_cost"]) {}
  void on(const Produce& /*produce*/) {
    if (items_left_-- == 0) {
      parent() << ProducerExit{};
      stop();
      return;
    }
    item_ = process_item(item_, cost_);
    parent() << Item{item_};
  }
  using Receives = Messages<Produce>;

 private:
  std::int64_t items_left_;
  std::int64_t cost_;
  double item_ = 0;
};

class Consumer : public Actor {
 public:
  Consumer(Run& run, std::size_t number) : run_(run), number_(number), cost_(run["consume_cost"]) {}
  void on(const Item& item) {
    sum_ += fingerprint(item.value);
    value_ = process_item(value_ + item.value, cost_);
    parent() << ConsumerAvailable{};
  }
  void on(const ConsumerExit& /*exit*/) { stop(); }
  void post_stop() override { run_.report(std::isfinite(value_) ? sum_ : -1, number_); }
  using Receives = Messages<Item, ConsumerExit>;

 private:
  Run& run_;
  std::size_t number_;
  std::int64_t cost_;
  std::int64_t sum_ = 0;
  double value_ = 0;
};

class Manager : public Actor {
 public:
  explicit Manager(Run& run)
      : run_(run),
        buffer_(static_cast<std::size_t>(run["buffer"])),
        producers_(static_cast<std::size_t>(run["producers"])),
        consumers_(static_cast<std::size_t>(run["consumers"])) {}
  void pre_start() override {
    for (std::size_t i = 0; i < consumers_; ++i) {
      available_consumers_.push_back(spawn<Consumer>(std::ref(run_), i));
    }
    std::vector<TypedRef<Producer>> producers;
    producers.reserve(producers_);
    for (std::size_t i = 0; i < producers_; ++i) {
      producers.push_back(spawn<Producer>(std::cref(run_)));
    }
    for (const auto& producer : producers) {
      producer << Produce{};
    }
  }
  void on(const Item& item) {
    if (available_consumers_.empty()) {
      pending_.push_back(item);
    } else {
      take(available_consumers_) << item;
    }
    // Each producer that was told to may still bring an item.
    if (pending_.size() >= buffer_ - producers_) {
      waiting_producers_.push_back(sender());
    } else {
      sender() << Produce{};
    }
    if (pending_.size() > buffer_) {
      throw std::runtime_error("the buffer holds " + std::to_string(pending_.size()) + " items");
    }
  }
  void on(const ConsumerAvailable& /*available*/) {
    if (pending_.empty()) {
      available_consumers_.push_back(sender());
      exit_if_done();
      return;
    }
    sender() << take(pending_);
    if (!waiting_producers_.empty()) {
      take(waiting_producers_) << Produce{};
    }
  }
  void on(const ProducerExit& /*exit*/) {
    ++exited_producers_;
    exit_if_done();
  }
  using Receives = Messages<Item, ConsumerAvailable, ProducerExit>;

 private:
  template <class T>
  static T take(std::deque<T>& queue) {
    T first = std::move(queue.front());
    queue.pop_front();
    return first;
  }
  void exit_if_done() {
    if (exited_producers_ == producers_ && available_consumers_.size() == consumers_) {
      for (const Ref& consumer : available_consumers_) {
        consumer << ConsumerExit{};
      }
    }
  }

  Run& run_;
  std::size_t buffer_;
  std::size_t producers_;
  std::size_t consumers_;
  std::size_t exited_producers_ = 0;
  std::deque<Item> pending_;
  std::deque<Ref> waiting_producers_;
  std::deque<Ref> available_consumers_;
};

Outcome bndbuffer(Run& run) {
  if (run["buffer"] <= run["producers"]) {
    throw RunFailed("the buffer must have room for more items than there are producers");
  }
  std::int64_t expected = 0;
  double item = 0;
  for (std::int64_t i = 0; i < run["items"]; ++i) {
    item = process_item(item, run["produce_cost"]);
    expected += run["producers"] * fingerprint(item);
  }
  run.start(static_cast<std::size_t>(run["consumers"]));
  run.node().spawn<Manager>(std::ref(run));
  // An item: told to make it, brought to the manager, and to a consumer, who is available again.
  // Each producer is told once more, and exits; each consumer exits.
  const std::int64_t items = run["items"] * run["producers"];
  return {
      .messages = static_cast<std::uint64_t>(4 * items + 2 * run["producers"] + run["consumers"]),
      .verified = run.wait() == expected};
}

const Registration kRegistration({.name = "bndbuffer",
                                  .summary = "producers, consumers, and a bounded buffer",
                                  .parameters = {{"items", 1'000, 0, 1'000'000},
                                                 {"producers", 40, 1, 10'000},
                                                 {"consumers", 40, 1, 10'000},
                                                 {"buffer", 50, 2, 1'000'000},
                                                 {"produce_cost", 25, 0, 1'000'000},
                                                 {"consume_cost", 25, 0, 1'000'000}},
                                  .run = bndbuffer});

}  // namespace
}  // namespace spinoff::bench::bndbuffer
