/// An actor to be spawned at another node, by its name.
#pragma once

#include <stdexcept>
#include <string>

#include <spinoff/registry.hpp>
#include <spinoff/spinoff.hpp>

#include "greeting.hpp"

namespace spinoff::integration {

/// How many of these the worker has got, and its child.
struct Tick {
  MSGPACK_DEFINE()
};
struct Ticks {
  std::string label;
  int own = 0;
  int of_child = 0;
  MSGPACK_DEFINE(label, own, of_child)
};
struct Misuse {
  MSGPACK_DEFINE()
};

struct CountMore {
  Ticks so_far;
  Ref reply_to;
};

class Counter : public Actor {
 public:
  using Receives = Messages<CountMore>;
  void on(const CountMore& more) {
    Ticks ticks = more.so_far;
    ticks.of_child = ++count_;
    more.reply_to << ticks;
  }

 private:
  int count_ = 0;
};

class FarWorker : public Actor {
 public:
  using Receives = RemoteMessages<Tick, Fail, Misuse>;

  FarWorker(std::string label, int first) : label_(std::move(label)), count_(first) {
    if (label_ == "broken") {
      throw std::runtime_error("it cannot be made");
    }
  }
  void pre_start() override {
    try {
      counter_ = lookup("counter");
    } catch (const LookupFailed&) {
      counter_ = spawn<Counter>({.name = "counter"});
    }
  }
  void on(const Tick& /*tick*/) { counter_ << CountMore{{label_, ++count_, 0}, sender()}; }
  void on(const Fail& fail) {
    if (fail.reason == "nothing known") {
      throw 42;  // NOLINT(hicpp-exception-baseclass)
    }
    throw std::runtime_error(fail.reason);
  }
  void on(const Misuse& /*misuse*/) { throw std::logic_error("it is misused"); }

 private:
  const std::string label_;
  int count_;
  Ref counter_;
};

}  // namespace spinoff::integration
