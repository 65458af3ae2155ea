// Actor classes for the tests of the runner, which loads them with `--library`.
#include <stdexcept>

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

}  // namespace runner_test
