// The first process: actors that flood, and a process that asks.
#include <algorithm>
#include <future>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include <spinoff/spinoff.hpp>

#include "remote/messages.hpp"
#include "remote/nodes.hpp"
#include "remote/program/window.hpp"

namespace spinoff::bench {

namespace {

// After so long without a sign of the other side, what has not arrived is lost.
constexpr std::chrono::seconds kAnswerPatience{10};

struct Start {};
struct Overdue {};

// Sends all messages of its pair, never more at once than the window allows; see window.hpp.
class Flood : public Actor {
 public:
  Flood(Ref counter, RemoteOptions options, std::uint64_t messages, std::promise<void>* done)
      : counter_(std::move(counter)), options_(options), messages_(messages), done_(done) {}
  void on(const Start& /*start*/) { send_more(); }
  void on(const Arrived& arrived) {
    arrived_ = arrived.count;
    if (arrived_ >= messages_) {
      stop();
    } else {
      send_more();
    }
  }
  void on(const Overdue& /*overdue*/) { stop(); }
  void post_stop() override { done_->set_value(); }
  using Receives = Messages<Start, Arrived, Overdue>;

 private:
  void send_more() {
    for (; sent_ < messages_ && sent_ - arrived_ < window_; ++sent_) {
      counter_ << Drop{sent_, text_};
    }
    start_timer("overdue", kAnswerPatience, Overdue{});
  }

  Ref counter_;
  RemoteOptions options_;
  std::uint64_t messages_;
  std::promise<void>* done_;
  std::uint64_t window_ = window(options_);
  std::string text_ = std::string(options_.size, 'x');
  std::uint64_t sent_ = 0;
  std::uint64_t arrived_ = 0;
};

// Asks one question after the other.
class Asker : public Process {
 public:
  Task<> run(Ref answerer, std::uint64_t asks, std::promise<RoundTrips>* done) {
    RoundTrips round_trips(asks);
    try {
      for (std::uint64_t i = 0; i < asks; ++i) {
        const auto asked = RoundTrips::Clock::now();
        const Answer answer = co_await answerer.ask<Answer>(Question{i}, kAnswerPatience);
        round_trips.add(RoundTrips::Clock::now() - asked);
        if (answer.number != i) {
          throw std::runtime_error("a question got the answer to another one");
        }
      }
      done->set_value(std::move(round_trips));
    } catch (const std::exception&) {
      done->set_exception(std::current_exception());
    }
  }
};

struct Pair {
  Ref counter;
  std::promise<void> flooded;
  Ref flood;
};

std::int64_t count_lost(const std::vector<Pair>& pairs, const RemoteOptions& options) {
  auto lost = static_cast<std::int64_t>(options.messages);
  for (const Pair& pair : pairs) {
    const Arrived arrived = pair.counter.ask<Arrived>(HowMany{}, kAnswerPatience).get();
    lost -= static_cast<std::int64_t>(std::min(arrived.count, arrived.in_order));
  }
  return lost;
}

}  // namespace

RemoteFigures nodes_near_side(const std::string& far_node, const RemoteOptions& options,
                              const CpuTime& cpu) try {
  std::vector<Pair> pairs(options.pairs);  // outlives the node
  std::promise<RoundTrips> asked;
  Node node({.remoting = "127.0.0.1:0", .high_water_mark = 0, .log_events = false});
  for (unsigned i = 0; i < options.pairs; ++i) {
    Pair& pair = pairs[i];
    pair.counter = node.lookup(fmt::format("{}/counter-{}", far_node, i));
    // The nodes know each other before anything is measured.
    static_cast<void>(pair.counter.ask<Arrived>(HowMany{}, kAnswerPatience).get());
    pair.flood = node.spawn<Flood>(pair.counter, options, options.messages_of(i), &pair.flooded);
  }

  const auto cpu_before = cpu.now();
  const auto begin = RoundTrips::Clock::now();
  for (const Pair& pair : pairs) {
    pair.flood << Start{};
  }
  for (Pair& pair : pairs) {
    pair.flooded.get_future().get();
  }
  const std::chrono::duration<double> flood = RoundTrips::Clock::now() - begin;
  const auto flood_cpu = cpu.now() - cpu_before;
  const std::int64_t lost = count_lost(pairs, options);

  node.spawn<Asker>(node.lookup(far_node + "/answerer"), options.asks, &asked);
  return {.flood_seconds = flood.count(),
          .flood_cpu = flood_cpu,
          .lost = lost,
          .round_trips = asked.get_future().get()};
} catch (const Timeout& error) {
  throw std::runtime_error(far_node + " does not answer any more: " + error.what());
}

}  // namespace spinoff::bench
