// The messages of savina's count: from one thread to another through a queue that the taker spins
// on, and on one thread with plain queues.
#include <thread>

#include "floor/loop.hpp"
#include "floor/run.hpp"

namespace spinoff::bench {
namespace {

class Counter : public QueuedObject<PlainQueue> {
 public:
  explicit Counter(Loop<PlainQueue>& loop) : QueuedObject(handle), loop_(loop) {}

 private:
  static void handle(Object& self, const Message& message) {
    auto& counter = static_cast<Counter&>(self);
    if (message.kind == Kind::increment) {
      ++counter.count_;
    } else {
      counter.loop_.send(counter, static_cast<QueuedObject&>(*message.sender), Kind::result,
                         counter.count_);
    }
  }

  Loop<PlainQueue>& loop_;
  std::int64_t count_ = 0;
};

class Producer : public QueuedObject<PlainQueue> {
 public:
  Producer(Loop<PlainQueue>& loop, Counter& counter, std::int64_t n)
      : QueuedObject(handle), loop_(loop), counter_(counter), n_(n) {}
  [[nodiscard]] std::int64_t result() const { return result_; }

 private:
  static void handle(Object& self, const Message& message) {
    auto& producer = static_cast<Producer&>(self);
    if (message.kind == Kind::increment) {
      for (std::int64_t left = producer.n_; left > 0; --left) {
        producer.loop_.send(producer, producer.counter_, Kind::increment);
      }
      producer.loop_.send(producer, producer.counter_, Kind::retrieve);
    } else {
      producer.result_ = message.value;
    }
  }

  Loop<PlainQueue>& loop_;
  Counter& counter_;
  std::int64_t n_;
  std::int64_t result_ = 0;
};

Outcome count_on_one_thread(Run& run) {
  const std::int64_t n = run["n"];
  Loop<PlainQueue> loop;
  Counter counter(loop);
  Producer producer(loop, counter, n);
  run.start();
  loop.send(producer, producer, Kind::increment);
  loop.run();
  run.report(producer.result());
  return {.messages = static_cast<std::uint64_t>(n + 3), .verified = run.wait() == n};
}

// What lies between the two threads: messages in one direction, their memory in the other.
struct Channel {
  AtomicQueue queue;
  alignas(64) std::atomic<Message*> returned = nullptr;  // a chain
};

void send(Channel& channel, FreeList& messages, Kind kind) {
  if (messages.is_empty() && channel.returned.load(std::memory_order_relaxed) != nullptr) {
    messages.refill(channel.returned.exchange(nullptr, std::memory_order_acquire));
  }
  Message* const message = messages.take();
  message->kind = kind;
  channel.queue.push(message);
}

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Some microseconds, so that messages gather: a taker at the sender's heels makes both wait for
// each other's cache lines at every message. (Measured: a third fewer messages a second without.)
void wait_a_little() {
  for (int i = 0; i < 200; ++i) {
    pause();
  }
}

// The number of increments before the other message.
std::int64_t count_increments(Channel& channel) {
  constexpr std::int64_t kBatch = 128;
  std::int64_t count = 0;
  Message* handled = nullptr;
  std::int64_t handled_count = 0;
  for (;;) {
    Message* const message = channel.queue.front();
    if (message == nullptr) {
      wait_a_little();
      continue;
    }
    const Kind kind = message->kind;
    channel.queue.pop();
    if (kind != Kind::increment) {
      return count;
    }
    ++count;
    message->next.store(handled, std::memory_order_relaxed);
    handled = message;
    // What is left when the sender has not yet taken the last chain goes with the next one.
    if (++handled_count >= kBatch && channel.returned.load(std::memory_order_relaxed) == nullptr) {
      channel.returned.store(handled, std::memory_order_release);
      handled = nullptr;
      handled_count = 0;
    }
  }
}

Outcome count_on_two_threads(Run& run) {
  const std::int64_t n = run["n"];
  Channel channel;
  FreeList messages;
  std::atomic<bool> is_counting = false;
  std::thread counter([&] {
    is_counting = true;
    is_counting.notify_one();
    run.report(count_increments(channel));
  });
  is_counting.wait(false);
  run.start();
  for (std::int64_t left = n; left > 0; --left) {
    send(channel, messages, Kind::increment);
  }
  send(channel, messages, Kind::retrieve);
  counter.join();
  return {.messages = static_cast<std::uint64_t>(n + 1), .verified = run.wait() == n};
}

const Registration kTwoThreads({.name = "count",
                                .summary = "one thread to another, which spins",
                                .parameters = {{"n", 3'000'000, 1, 1'000'000'000}},
                                .run = count_on_two_threads});
const Registration kOneThread({.name = "count_one_thread",
                               .summary = "one thread, plain queues",
                               .parameters = {{"n", 3'000'000, 1, 1'000'000'000}},
                               .run = count_on_one_thread});

}  // namespace
}  // namespace spinoff::bench
