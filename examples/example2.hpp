// The same as two actors that may live anywhere: on one node (example2_local.cpp), or on two.
#pragma once

#include <spinoff/spinoff.hpp>

namespace spinoff::examples::example2 {

struct Hello {
  std::string text;
  MSGPACK_DEFINE(text)
};

struct Ack {
  MSGPACK_DEFINE()
};

class ExampleProcess : public Process {
 public:
  Task<> run(Ref other_actor) {
    for (;;) {
      log("sending greeting to {}", other_actor);
      other_actor << Hello{"hello!"};

      log("waiting for ack from {}", other_actor);
      co_await with_timeout(5s, get<Ack>());

      log("got 'ack' from {}; now sleeping a bit...", other_actor);
      co_await sleep(1s);
    }
  }
};

class ExampleActor : public Actor {
 public:
  void pre_start() override { log("starting"); }

  void on(const Hello& hello) {
    log("'{}' from {}", hello.text, sender());
    sender() << Ack{};
  }

  void post_stop() override { log("stopping"); }

  using Receives = Messages<Hello>;
};

}  // namespace spinoff::examples::example2
