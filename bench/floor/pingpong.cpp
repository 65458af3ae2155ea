// The messages of savina's pingpong on one thread: with plain queues, and with queues that any
// thread might push to.
#include "floor/loop.hpp"
#include "floor/run.hpp"

namespace spinoff::bench {
namespace {

template <class Queue>
class Ponger : public QueuedObject<Queue> {
 public:
  explicit Ponger(Loop<Queue>& loop) : QueuedObject<Queue>(handle), loop_(loop) {}
  [[nodiscard]] std::int64_t pings() const { return pings_; }

 private:
  static void handle(Object& self, const Message& message) {
    auto& ponger = static_cast<Ponger&>(self);
    if (message.kind == Kind::ping) {
      ++ponger.pings_;
      ponger.loop_.send(ponger, static_cast<QueuedObject<Queue>&>(*message.sender), Kind::pong);
    }
  }

  Loop<Queue>& loop_;
  std::int64_t pings_ = 0;
};

template <class Queue>
class Pinger : public QueuedObject<Queue> {
 public:
  Pinger(Loop<Queue>& loop, Ponger<Queue>& ponger, std::int64_t pings)
      : QueuedObject<Queue>(handle), loop_(loop), ponger_(ponger), pings_left_(pings) {}
  [[nodiscard]] std::int64_t pongs() const { return pongs_; }

 private:
  static void handle(Object& self, const Message& message) {
    auto& pinger = static_cast<Pinger&>(self);
    switch (message.kind) {
      case Kind::start:
      case Kind::next:
        pinger.loop_.send(pinger, pinger.ponger_, Kind::ping);
        --pinger.pings_left_;
        break;
      case Kind::pong:
        ++pinger.pongs_;
        if (pinger.pings_left_ > 0) {
          pinger.loop_.send(pinger, pinger, Kind::next);
        } else {
          pinger.loop_.send(pinger, pinger.ponger_, Kind::stop);
        }
        break;
      default:
        break;
    }
  }

  Loop<Queue>& loop_;
  Ponger<Queue>& ponger_;
  std::int64_t pings_left_;
  std::int64_t pongs_ = 0;
};

template <class Queue>
Outcome pingpong(Run& run) {
  const std::int64_t n = run["n"];
  Loop<Queue> loop;
  Ponger<Queue> ponger(loop);
  Pinger<Queue> pinger(loop, ponger, n);
  run.start();
  loop.send(pinger, pinger, Kind::start);
  loop.run();
  run.report(pinger.pongs() + ponger.pings());
  return {.messages = static_cast<std::uint64_t>(3 * n + 1), .verified = run.wait() == 2 * n};
}

const Registration kPlain({.name = "pingpong",
                           .summary = "one thread, plain queues",
                           .parameters = {{"n", 1'000'000, 1, 1'000'000'000}},
                           .run = pingpong<PlainQueue>});
const Registration kAtomic({.name = "pingpong_atomic",
                            .summary = "one thread, queues that any thread might push to",
                            .parameters = {{"n", 1'000'000, 1, 1'000'000'000}},
                            .run = pingpong<AtomicQueue>});

}  // namespace
}  // namespace spinoff::bench
