#include "remote/near_side.hpp"

#include <future>

#include <spinoff/spinoff.hpp>

#include "remote/messages.hpp"
#include "remote/window.hpp"

namespace spinoff::bench {

namespace {

using Clock = RoundTrips::Clock;

// After so long without a sign of the other side, what has not arrived is lost.
constexpr std::chrono::seconds kPatience{10};

struct Start {};
struct Overdue {};

struct FloodResult {
  double seconds;
  std::uint64_t in_order;
};

// Sends all messages, never more at once than the window allows; see window.hpp.
class Flood : public Actor {
 public:
  Flood(Ref counter, RemoteOptions options, std::promise<FloodResult>* done)
      : counter_(std::move(counter)), options_(options), done_(done) {}
  void on(const Start& /*start*/) {
    begin_ = Clock::now();
    send_more();
  }
  void on(const Arrived& arrived) {
    arrived_ = arrived;
    if (arrived.count >= options_.messages) {
      stop();
    } else {
      send_more();
    }
  }
  void on(const Overdue& /*overdue*/) { stop(); }
  void post_stop() override {
    const std::chrono::duration<double> time = Clock::now() - begin_;
    done_->set_value({.seconds = time.count(), .in_order = arrived_.in_order});
  }
  using Receives = Messages<Start, Arrived, Overdue>;

 private:
  void send_more() {
    for (; sent_ < options_.messages && sent_ - arrived_.count < window_; ++sent_) {
      counter_ << Drop{sent_, text_};
    }
    start_timer("overdue", kPatience, Overdue{});
  }

  Ref counter_;
  RemoteOptions options_;
  std::promise<FloodResult>* done_;
  std::uint64_t window_ = window(options_.size);
  std::string text_ = std::string(options_.size, 'x');
  std::uint64_t sent_ = 0;
  Arrived arrived_{};
  Clock::time_point begin_;
};

// Asks one question after the other.
class Asker : public Process {
 public:
  Task<> run(Ref answerer, std::uint64_t asks, std::promise<RoundTrips>* done) {
    RoundTrips round_trips(asks);
    try {
      for (std::uint64_t i = 0; i < asks; ++i) {
        const auto asked = Clock::now();
        const Answer answer = co_await answerer.ask<Answer>(Question{i}, kPatience);
        round_trips.add(Clock::now() - asked);
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

}  // namespace

RemoteFigures measure_nodes(const std::string& far_node, const RemoteOptions& options) try {
  std::promise<FloodResult> flooded;
  std::promise<RoundTrips> asked;
  Node node({.remoting = "127.0.0.1:0", .high_water_mark = 0});
  const Ref counter = node.lookup(far_node + "/counter");
  const Ref answerer = node.lookup(far_node + "/answerer");
  // The nodes know each other before anything is measured.
  static_cast<void>(counter.ask<Arrived>(HowMany{}, kPatience).get());

  node.spawn<Flood>(counter, options, &flooded) << Start{};
  const FloodResult flood = flooded.get_future().get();
  const Arrived arrived = counter.ask<Arrived>(HowMany{}, kPatience).get();

  node.spawn<Asker>(answerer, options.asks, &asked);
  return {.flood_seconds = flood.seconds,
          .lost = static_cast<std::int64_t>(options.messages) -
                  static_cast<std::int64_t>(std::min(arrived.count, arrived.in_order)),
          .round_trips = asked.get_future().get()};
} catch (const Timeout& error) {
  throw std::runtime_error(far_node + " does not answer any more: " + error.what());
}

}  // namespace spinoff::bench
