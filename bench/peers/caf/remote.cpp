// remote_caf: two actor systems of CAF in two processes, on the work of remote_bench; see
// bench/remote/near_side.cpp and far_side.cpp. All of a message is of types that CAF knows.
#include <algorithm>
#include <array>
#include <cstdio>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <caf/io/all.hpp>
#include <fmt/format.h>

#include "messages.hpp"
#include "remote/program/program.hpp"
#include "remote/program/window.hpp"

namespace spinoff::bench {
namespace {

constexpr std::chrono::seconds kPatience{30};
// For a flood as a whole.
constexpr std::chrono::minutes kLongPatience{5};

struct Config : caf::actor_system_config {
  Config() {
    load<caf::io::middleman>();
    set(kMaxThreads, static_cast<int>(std::thread::hardware_concurrency()));
  }
};

void know_messages() {
#if CAF_MAJOR_VERSION >= 1
  caf::core::init_global_meta_objects();
  caf::io::middleman::init_global_meta_objects();
  caf::init_global_meta_objects<caf::id_block::savina>();
#endif
}

template <class T>
T or_fail(caf::expected<T> value, const char* what) {
  if (!value) {
    throw std::runtime_error(fmt::format("CAF cannot {}: {}", what, to_string(value.error())));
  }
  return std::move(*value);
}

/// What it gets is a number and a text; a single number asks how many there were, and how many of
/// these came in order.
class Counter : public caf::event_based_actor {
 public:
  Counter(caf::actor_config& config, RemoteOptions options, std::uint64_t messages)
      : event_based_actor(config), options_(options), messages_(messages) {}
  caf::behavior make_behavior() override {
    return {[this](std::uint64_t number, const std::string& text) {
              in_order_ += number == count_ && text.size() == options_.size;
              ++count_;
              if (count_ % acknowledge_every_ == 0 || count_ == messages_) {
                tell(this, sender_of_current(this), count_, in_order_);
              }
            },
            [this](std::uint64_t) { return caf::make_message(count_, in_order_); }};
  }

 private:
  RemoteOptions options_;
  std::uint64_t messages_;
  std::uint64_t acknowledge_every_ = acknowledge_every(options_);
  std::uint64_t count_ = 0;
  std::uint64_t in_order_ = 0;
};

/// Sends back a number; `pair` gives the counter of that pair.
class Host : public caf::event_based_actor {
 public:
  Host(caf::actor_config& config, std::vector<caf::actor> counters)
      : event_based_actor(config), counters_(std::move(counters)) {}
  caf::behavior make_behavior() override {
    return {[](std::uint64_t number) { return number; },
            [this](std::uint32_t pair) { return counters_.at(pair); }};
  }

 private:
  std::vector<caf::actor> counters_;
};

class Flood : public caf::event_based_actor {
 public:
  Flood(caf::actor_config& config, caf::actor counter, RemoteOptions options,
        std::uint64_t messages, std::promise<void>* done)
      : event_based_actor(config),
        counter_(std::move(counter)),
        options_(options),
        messages_(messages),
        done_(done) {}
  caf::behavior make_behavior() override {
    return {[this](start_atom) { send_more(0); },
            [this](std::uint64_t arrived, std::uint64_t) {
              if (arrived >= messages_) {
                done_->set_value();
                quit();
              } else {
                send_more(arrived);
              }
            }};
  }

 private:
  void send_more(std::uint64_t arrived) {
    for (; sent_ < messages_ && sent_ - arrived < window_; ++sent_) {
      tell(this, counter_, sent_, text_);
    }
  }

  caf::actor counter_;
  RemoteOptions options_;
  std::uint64_t messages_;
  std::promise<void>* done_;
  std::uint64_t window_ = window(options_);
  std::string text_ = std::string(options_.size, 'x');
  std::uint64_t sent_ = 0;
};

class Asker : public caf::event_based_actor {
 public:
  Asker(caf::actor_config& config, caf::actor host, std::uint64_t asks,
        std::promise<RoundTrips>* done)
      : event_based_actor(config),
        host_(std::move(host)),
        asks_(asks),
        round_trips_(asks),
        done_(done) {}
  caf::behavior make_behavior() override {
    return {[this](start_atom) { ask_next(); }};
  }

 private:
  void ask_next() {
    if (number_ == asks_) {
      done_->set_value(std::move(round_trips_));
      quit();
      return;
    }
    ask(this, host_, kPatience, number_)
        .then(
            [this, asked = RoundTrips::Clock::now()](std::uint64_t number) {
              round_trips_.add(RoundTrips::Clock::now() - asked);
              if (number != number_) {
                fail("a question got the answer to another one");
                return;
              }
              ++number_;
              ask_next();
            },
            [this](const caf::error& error) { fail(to_string(error)); });
  }
  void fail(const std::string& why) {
    done_->set_exception(std::make_exception_ptr(std::runtime_error(why)));
    quit();
  }

  caf::actor host_;
  std::uint64_t asks_;
  std::uint64_t number_ = 0;
  RoundTrips round_trips_;
  std::promise<RoundTrips>* done_;
};

/// Of a question from outside of any actor.
template <class... Answer, class... Question>
std::tuple<Answer...> answer_to(caf::scoped_actor& self, const caf::actor& to,
                                Question... question) {
  std::tuple<Answer...> result;
  ask(self.ptr(), to, kPatience, question...)
      .receive(
          [&](Answer... answer) { result = {std::move(answer)...}; },
          [&](const caf::error& error) {
            throw std::runtime_error("CAF's second process does not answer: " + to_string(error));
          });
  return result;
}

struct Pair {
  caf::actor counter;
  std::promise<void> flooded;
  caf::actor flood;
};

void far_side(const RemoteOptions& options) {
  know_messages();
  Config config;
  caf::actor_system system(config);
  std::vector<caf::actor> actors;
  for (unsigned i = 0; i < options.pairs; ++i) {
    actors.push_back(system.spawn<Counter>(options, options.messages_of(i)));
  }
  const caf::actor host = system.spawn<Host>(actors);
  actors.push_back(host);
  fmt::print("{}\n", or_fail(system.middleman().publish(host, 0, "127.0.0.1"), "listen"));
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  for (const caf::actor& actor : actors) {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  }
}

RemoteFigures near_side(const std::string& port, const RemoteOptions& options, const CpuTime& cpu) {
  using Clock = RoundTrips::Clock;
  know_messages();
  std::vector<Pair> pairs(options.pairs);  // outlives the system
  std::promise<RoundTrips> asked;
  Config config;
  caf::actor_system system(config);
  const auto host = or_fail(
      system.middleman().remote_actor("127.0.0.1", static_cast<std::uint16_t>(std::stoi(port))),
      "connect");
  caf::scoped_actor self(system);
  for (unsigned i = 0; i < options.pairs; ++i) {
    Pair& pair = pairs[i];
    pair.counter = std::get<0>(answer_to<caf::actor>(self, host, std::uint32_t{i}));
    pair.flood = system.spawn<Flood>(pair.counter, options, options.messages_of(i), &pair.flooded);
  }

  const auto cpu_before = cpu.now();
  const auto begin = Clock::now();
  for (const Pair& pair : pairs) {
    tell_from_outside(pair.flood, start_atom_v);
  }
  for (Pair& pair : pairs) {
    if (pair.flooded.get_future().wait_for(kLongPatience) != std::future_status::ready) {
      fmt::print(stderr, "remote_caf: a flood was not over after five minutes\n");
      std::_Exit(1);  // to end the actor system is to wait for its actors, maybe for ever
    }
  }
  const std::chrono::duration<double> flood = Clock::now() - begin;
  const auto flood_cpu = cpu.now() - cpu_before;

  auto lost = static_cast<std::int64_t>(options.messages);
  for (const Pair& pair : pairs) {
    const auto [count, in_order] =
        answer_to<std::uint64_t, std::uint64_t>(self, pair.counter, std::uint64_t{0});
    lost -= static_cast<std::int64_t>(std::min(count, in_order));
  }
  tell_from_outside(system.spawn<Asker>(host, options.asks, &asked), start_atom_v);
  return {.flood_seconds = flood.count(),
          .flood_cpu = flood_cpu,
          .lost = lost,
          .round_trips = asked.get_future().get()};
}

constexpr std::array kSystems{System{.name = "caf",
                                     .title = "CAF",
                                     .flood_key = "caf_msgs_per_s",
                                     .cpu_key = "caf_flood_cpu_ns",
                                     .ask_p50_key = "caf_ask_p50_us",
                                     .ask_p99_key = "caf_ask_p99_us",
                                     .far_side = far_side,
                                     .near_side = near_side}};

// ./dev bench --remote reads the version from here.
const std::string kSummary =
    fmt::format("Two actor systems in two processes on loopback, of CAF {}.{}.{}",
                CAF_MAJOR_VERSION, CAF_MINOR_VERSION, CAF_PATCH_VERSION);

}  // namespace

const Program kProgram{.name = "remote_caf", .summary = kSummary, .systems = kSystems, .modes = {}};

}  // namespace spinoff::bench
