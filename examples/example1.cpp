// A process that greets an actor once a second. Run it with
//
//     startnode --actor spinoff.examples.example1.ExampleProcess
#include <spinoff/registry.hpp>
#include <spinoff/spinoff.hpp>

namespace spinoff::examples::example1 {

struct Hello {
  std::string text;
  MSGPACK_DEFINE(text)
};

struct Ack {
  MSGPACK_DEFINE()
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

class ExampleProcess : public Process {
 public:
  Task<> run() {
    auto child = spawn<ExampleActor>();

    for (;;) {
      log("sending greeting to {}", child);
      child << Hello{"hello!"};

      log("waiting for ack from {}", child);
      co_await with_timeout(5s, get<Ack>());

      log("got 'ack' from {}; now sleeping a bit...", child);
      co_await sleep(1s);
    }
  }
};

const Registered<ExampleActor> kExampleActor;
const Registered<ExampleProcess> kExampleProcess;

}  // namespace spinoff::examples::example1
