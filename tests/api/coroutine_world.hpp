/// A worker whose handlers are coroutines that wait for an oracle, for the tests of such handlers.
#pragma once

#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace spinoff::testing {

/// Says when it goes.
class Guard {
 public:
  Guard(Log log, std::string name) : log_(std::move(log)), name_(std::move(name)) {}
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard() { log_.add(name_ + " gone"); }

 private:
  Log log_;
  std::string name_;
};

/// Waits for an answer of `oracle`, and says so before and after.
struct Slow {
  std::string name;
};
struct Quick {
  std::string name;
};
/// The same as Slow, but ends badly.
struct Fails {
  std::string name;
};
struct FailsLater {
  std::string name;
};

/// Answers what it is asked with the same number, unless it is held.
class Oracle : public Puppet {
 public:
  using Receives = Messages<Do, int>;
  using Puppet::on;
  void on(const int& question) { sender() << question; }
};

class Worker : public Puppet {
 public:
  using Receives = Messages<Do, Slow, Quick, Fails, FailsLater, Terminated>;
  Worker(Log log, Ref oracle) : log_(std::move(log)), oracle_(std::move(oracle)) {}
  void pre_start() override { log_.add("pre_start"); }
  void post_stop() override { log_.add("post_stop"); }
  Decision supervise(const ChildError& /*error*/) override {
    log_.add("supervise");
    return Decision::Escalate;
  }

  using Puppet::on;
  Task<> on(const Slow& slow) {
    const Guard guard(log_, "frame of " + slow.name);
    log_.add(slow.name + " begins");
    const int answer = co_await oracle_.ask<int>(1, 1h);
    log_.add(slow.name + " ends");
    sender() << answer;
  }
  void on(const Quick& quick) { log_.add(quick.name); }
  Task<> on(const Fails& fails) {
    log_.add(fails.name);
    throw std::runtime_error(fails.name + " has failed");
    co_return;
  }
  Task<> on(const FailsLater& fails) {
    log_.add(fails.name);
    co_await oracle_.ask<int>(1, 1h);
    throw std::runtime_error(fails.name + " has failed");
  }
  void on(const Terminated& end) { log_.add("end of " + std::string(end.actor.uri().name())); }

 private:
  Log log_;
  Ref oracle_;
};

inline void expect(const Log& log, std::initializer_list<const char*> steps) {
  for (const char* step : steps) {
    BOOST_TEST_REQUIRE(log.next() == step);
  }
}

/// A worker that gets no answer before the oracle is let go.
struct World {
  explicit World(Decision on_failure = Decision::Stop) : node(options(on_failure)) {
    expect(log, {"pre_start"});
  }
  static NodeOptions options(Decision on_failure) {
    NodeOptions options = quiet();
    options.on_failure = on_failure;
    return options;
  }
  void begin() const {
    worker << Slow{"slow"};
    expect(log, {"slow begins"});
  }
  /// Returns when what was sent to the worker before has reached it, if it takes messages at all.
  void settle() {
    for (int i = 0; i < 100; ++i) {
      drain(node.spawn<Puppet>());
    }
  }

  const Log log{"a step"};
  Node node;
  const TypedRef<Oracle> oracle = node.spawn<Oracle>();
  Held held{oracle};
  const TypedRef<Worker> worker = node.spawn<Worker>({.name = "worker"}, log, Ref(oracle));
};

/// Why there is no reply.
inline std::string failure(Future<int>& reply) {
  try {
    return std::to_string(reply.get());
  } catch (const AskFailed& error) {
    return error.what();
  }
}

inline bool contains(const std::string& text, const std::string& part) {
  BOOST_TEST_INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace spinoff::testing
