// Actor classes for the tests of the runner, which loads them with `--library`.
#include <cstddef>
#include <latch>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>

#include <unistd.h>

#include <spinoff/registry.hpp>
#include <spinoff/spinoff.hpp>

namespace runner_test {

using namespace spinoff;  // NOLINT(google-build-using-namespace)

class Ends : public Process {
 public:
  Task<> run() {
    log("ending");
    co_return;
  }
};
const Registered<Ends> kEnds;

class Fails : public Process {
 public:
  Task<> run() {
    throw std::runtime_error("out of paper");
    co_return;
  }
};
const Registered<Fails> kFails;

class FailsToStart : public Actor {
 public:
  FailsToStart() { throw std::runtime_error("no ink"); }
};
const Registered<FailsToStart> kFailsToStart;

// Its own parent survives what its child does not.
class ChildFails : public Process {
 public:
  Decision supervise(const ChildError& /*error*/) override { return Decision::Stop; }
  Task<> run() {
    const auto child = spawn<Fails>();
    watch(child);
    co_await get<Terminated>();
    log("the child has ended");
  }
};
const Registered<ChildFails> kChildFails;

// Each text is shown, until one is `end`.
class Echo : public Process {
 public:
  Task<> run() {
    for (std::string text; text != "end";) {
      text = co_await get<std::string>();
      log("got '{}'", text);
    }
  }
};
const Registered<Echo> kEcho;

// Shows the levels.
class Logs : public Process {
 public:
  Task<> run() {
    log(LogLevel::debug, "a debug line");
    log("an info line");
    log(LogLevel::warning, "a warning line");
    log(LogLevel::error, "an error line");
    co_return;
  }
};
const Registered<Logs> kLogs;

class Typed : public Actor {
 public:
  Typed(int count, double ratio, bool flag, std::chrono::milliseconds pause) {
    log_text_ =
        fmt::format("count {} ratio {} flag {} pause {}", count, ratio, flag, pause.count());
  }
  void pre_start() override {
    log("{}", log_text_);
    stop();
  }

 private:
  std::string log_text_;
};
const Registered<Typed, int, double, bool, std::chrono::milliseconds> kTyped{"count", "ratio",
                                                                             "flag", "pause"};

class StopsSlowly : public Actor {
 public:
  void pre_start() override { log("ready"); }
  void post_stop() override {
    log("not stopping");
    for (;;) {
      pause();
    }
  }
};
const Registered<StopsSlowly> kStopsSlowly;

class StopsInOrder : public Actor {
 public:
  void pre_start() override { log("ready"); }
  void post_stop() override { log("stopped in order"); }
};
const Registered<StopsInOrder> kStopsInOrder;

struct Finish {};

// Is asked in two phases, and replies.
class HooksIn : public Actor {
 public:
  using Receives = Messages<Finish>;
  void pre_start() override {
    on_stop(StopPhase::before_stop, Finish{});
    on_stop(StopPhase::drain, Finish{});
    log("ready");
  }
  void on(const Finish& finish) {
    log("finishing {}", ++asked_);
    sender() << finish;
  }
  void post_stop() override { log("stopped in order after {}", asked_); }

 private:
  int asked_ = 0;
};
const Registered<HooksIn> kHooksIn;

// Is asked, and never replies.
class NeverDone : public Actor {
 public:
  using Receives = Messages<Finish>;
  void pre_start() override {
    on_stop(StopPhase::drain, Finish{});
    log("ready");
  }
  void on(const Finish&) { log("not stopping"); }
};
const Registered<NeverDone> kNeverDone;

struct Came {};

class Guest : public Actor {
 public:
  Guest(Ref host, std::shared_ptr<std::latch> all) : host_(std::move(host)), all_(std::move(all)) {}
  void pre_start() override {
    all_->arrive_and_wait();
    host_ << Came{};
  }

 private:
  Ref host_;
  std::shared_ptr<std::latch> all_;
};

class Host : public Process {
 public:
  explicit Host(int guests) : guests_(guests) {}
  Task<> run() {
    const auto all = std::make_shared<std::latch>(guests_);
    for (int i = 0; i < guests_; ++i) {
      spawn<Guest>(self(), all);
    }
    for (int i = 0; i < guests_; ++i) {
      co_await get<Came>();
    }
    log("all {} guests were there at once", guests_);
  }

 private:
  int guests_;
};
const Registered<Host, int> kHost{"guests"};

class TellsThread : public Process {
 public:
  Task<> run(Ref to) {
    to << std::this_thread::get_id();
    co_return;
  }
};

class CountsThreads : public Process {
 public:
  Task<> run() {
    constexpr int kActors = 100;
    for (int i = 0; i < kActors; ++i) {
      spawn<TellsThread>(self());
    }
    std::set<std::thread::id> threads;
    for (int i = 0; i < kActors; ++i) {
      threads.insert(co_await get<std::thread::id>());
    }
    log("{} actors ran on {} thread{}", kActors, threads.size(), threads.size() == 1 ? "" : "s");
  }
};
const Registered<CountsThreads> kCountsThreads;

}  // namespace runner_test
