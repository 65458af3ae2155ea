// What an idle actor, a queued message and a pending timer cost: the growth of the process's
// resident memory when n actors (with names made up) have started, when so many messages wait for a
// busy one, and when so many timers, whose handles are kept, have been started by the actor to
// which they will send.
#include <fstream>
#include <latch>
#include <vector>

#include <unistd.h>

#include <spinoff/actor.hpp>

#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::memory {
namespace {

// In bytes.
double resident_memory() {
  std::ifstream file("/proc/self/statm");
  double total = 0;
  double resident = 0;
  if (!(file >> total >> resident)) {
    throw RunFailed("cannot read /proc/self/statm, which says how much memory is in use");
  }
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

struct Hello {
  std::int64_t number;
};
struct Busy {
  std::latch* end;
};

class Idle : public Actor {
 public:
  Idle(Run& run, std::size_t number) : run_(run), number_(number) {}
  void pre_start() override { run_.report(1, number_); }

 private:
  Run& run_;
  std::size_t number_;
};

class Receiver : public Actor {
 public:
  explicit Receiver(Run& run) : run_(run), expected_(run_["messages"]) {}
  void on(const Busy& busy) {
    run_.report(0);
    busy.end->wait();
  }
  void on(const Hello& hello) {
    in_order_ += hello.number == received_;
    if (++received_ == expected_) {
      run_.report(in_order_);
    }
  }
  using Receives = Messages<Busy, Hello>;

 private:
  Run& run_;
  std::int64_t expected_;
  std::int64_t received_ = 0;
  std::int64_t in_order_ = 0;
};

class Waiter : public Actor {
 public:
  explicit Waiter(Run& run) : run_(run), timers_(static_cast<std::size_t>(run["timers"])) {}
  void pre_start() override {
    const double before = resident_memory();
    std::vector<Timer> timers(timers_);
    for (std::size_t i = 0; i < timers_; ++i) {
      timers[i] = send_later(std::chrono::hours(1), Hello{static_cast<std::int64_t>(i)});
    }
    run_.add_figure("bytes_per_timer", (resident_memory() - before) / static_cast<double>(timers_));
    for (Timer& timer : timers) {
      timer.cancel();
    }
    run_.report(0);
  }

 private:
  Run& run_;
  std::size_t timers_;
};

void measure_actors(Run& run) {
  const auto n = static_cast<std::size_t>(run["n"]);
  const double before = resident_memory();
  run.start(n);
  for (std::size_t i = 0; i < n; ++i) {
    run.node().spawn<Idle>(std::ref(run), i);
  }
  run.wait();
  run.add_figure("bytes_per_actor", (resident_memory() - before) / static_cast<double>(n));
}

bool measure_messages(Run& run) {
  const std::int64_t messages = run["messages"];
  const auto receiver = run.node().spawn<Receiver>(std::ref(run));
  std::latch end(1);
  run.start();
  receiver << Busy{&end};
  run.wait();

  const double before = resident_memory();
  run.start();
  for (std::int64_t i = 0; i < messages; ++i) {
    receiver << Hello{i};
  }
  run.add_figure("bytes_per_queued_message",
                 (resident_memory() - before) / static_cast<double>(messages));
  end.count_down();
  return run.wait() == messages;
}

void measure_timers(Run& run) {
  run.start();
  run.node().spawn<Waiter>(std::ref(run));
  run.wait();
}

Outcome memory(Run& run) {
  measure_actors(run);
  const bool verified = measure_messages(run);
  measure_timers(run);
  return {.messages = static_cast<std::uint64_t>(run["messages"]), .verified = verified};
}

const Registration kRegistration(
    {.name = "memory",
     .summary = "bytes for an idle actor, a queued message, a pending timer",
     .parameters = {{"n", 1'000'000, 1, 100'000'000},
                    {"messages", 1'000'000, 1, 100'000'000},
                    {"timers", 1'000'000, 1, 100'000'000}},
     .run = memory,
     .in_new_process = true});

}  // namespace
}  // namespace spinoff::bench::memory
