// Numbered messages from each node to each, now and then a large one.
#include <chrono>
#include <cstddef>
#include <string>

#include <fmt/format.h>

#include "soak/load.hpp"
#include "soak/messages.hpp"

namespace spinoff::soak {

namespace {

using namespace std::chrono_literals;

constexpr auto kPeriod = 10ms;
constexpr int kBurst = 10;
constexpr unsigned kMarkEvery = 20;  // periods, for marks may be lost
constexpr std::uint64_t kLargeEvery = 500;
constexpr std::uint64_t kHugeEvery = 5000;

std::string path_of(std::size_t from, std::size_t stream) {
  return fmt::format("counter-{}-{}", name_of(from), stream);
}

struct Due {};

class Teller : public Actor {
 public:
  using Receives = Messages<Due>;
  Teller(const World* world, std::size_t to, std::size_t stream)
      : world_(*world), to_(to), stream_(stream), choose_(*world, 100 + to * kStreams + stream) {}

  void pre_start() override {
    counter_ = lookup(world_.uri(to_, path_of(world_.me, stream_)));
    start_timer_with_fixed_delay("tick", kPeriod, Due{});
  }

  void on(const Due& /*due*/) {
    const std::uint64_t round = world_.ledger.round;
    if (world_.ledger.paused) {
      const bool is_deaf = world_.sabotage == "deaf" && round > 3;
      if (!is_deaf && (marked_ != round || ++ticks_ % kMarkEvery == 0)) {
        counter_ << Mark{narrow(world_.me), narrow(stream_), round};
      }
      marked_ = round;
      return;
    }
    for (int i = 0; i < kBurst; ++i) {
      send_one();
    }
  }

 private:
  static std::uint8_t narrow(std::size_t n) { return static_cast<std::uint8_t>(n); }

  void send_one() {
    const std::uint64_t number = ++world_.ledger.streams[world_.me][to_][stream_].sent;
    Numbered message{narrow(world_.me), narrow(to_), narrow(stream_),
                     world_.start,      number,      ballast()};
    const bool is_bad = to_ != world_.me && stream_ == 1 && number % 100 == 0;
    if (is_bad && world_.sabotage == "lose") {
      return;
    }
    if (is_bad && world_.sabotage == "repeat") {
      counter_ << message;
    }
    counter_ << std::move(message);
  }

  // The first stream has large ones: others have to pass them.
  std::string ballast() {
    const std::uint64_t dice = choose_(kHugeEvery);
    if (stream_ == 0 && dice == 0) {
      return std::string(std::size_t{4} << 20U, 'h');
    }
    if (stream_ == 0 && dice % kLargeEvery == 1) {
      return std::string((std::size_t{128} << 10U) + choose_(std::size_t{512} << 10U), 'l');
    }
    return std::string(choose_(200), 's');
  }

  const World& world_;
  const std::size_t to_;
  const std::size_t stream_;
  Choices choose_;
  Ref counter_;
  std::uint64_t marked_ = 0;
  unsigned ticks_ = 0;
};

class Counter : public Actor {
 public:
  using Receives = RemoteMessages<Numbered, Mark>;
  Counter(const World* world, std::size_t from, std::size_t stream)
      : world_(*world), note_(world->ledger.streams[from][world->me][stream]) {}

  void on(const Numbered& message) {
    ++note_.handled;
    const std::uint64_t last = note_.last;
    if (message.number <= last) {
      world_.wrong(
          fmt::format("number {} of stream {} from node {} (its start {}) came {}", message.number,
                      message.stream, name_of(message.from), message.start,
                      message.number == last ? "twice" : fmt::format("after number {}", last)));
      return;
    }
    note_.last = message.number;
  }
  void on(const Mark& mark) {
    if (mark.round > note_.mark) {
      note_.mark = mark.round;
    }
  }

 private:
  const World& world_;
  Stream& note_;
};

}  // namespace

void spawn_streams(Node& node, const World& world) {
  for (std::size_t from = 0; from < kNodes; ++from) {
    for (std::size_t stream = 0; stream < kStreams; ++stream) {
      node.spawn<Counter>({.name = path_of(from, stream)}, &world, from, stream);
    }
  }
  for (std::size_t to = 0; to < kNodes; ++to) {
    for (std::size_t stream = 0; stream < kStreams; ++stream) {
      node.spawn<Teller>(&world, to, stream);
    }
  }
  const World* const here = &world;
  node.subscribe<DeadLetter>([here](const DeadLetter& letter) {
    const auto* const message = letter.message.get_if<Numbered>();
    if (message != nullptr && message->from < kNodes && message->to < kNodes &&
        message->stream < kStreams) {
      ++here->ledger.streams[message->from][message->to][message->stream].dead;
    }
  });
}

}  // namespace spinoff::soak
